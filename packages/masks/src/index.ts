export { fallbackAoi } from './fallback-aoi.js';
export { registeredAoi } from './registered-aoi.js';
export { sourceAoi } from './source-aoi.js';
export { storeAoi } from './store-aoi.js';
export { templateAoi } from './template-aoi.js';
export { templateMask, type TemplateShape } from '@foveate/mask-store/shapes';
export { wholeAoi } from './whole-aoi.js';
