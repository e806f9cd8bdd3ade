export { brightnessContrast } from './brightness-contrast.js';
export { flipHorizontal, flipVertical } from './flip.js';
export { translate } from './translate.js';
