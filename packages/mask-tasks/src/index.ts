/** Tasks over mask stores: import, export, templates, registration, proposals. */
export { exportMasks, type ExportedMasks, type ExportOptions } from './export-masks.js';
export { importMasks, type ImportedMasks, type ImportOptions } from './import-masks.js';
export { proposeMasks, type ProposedImage, type ProposedMasks, type ProposeMasksOptions } from './propose-masks.js';
export { registerMasks, type RegisteredMasks, type RegisterOptions } from './register-masks.js';
export { reviewMasks, type ReviewedMasks } from './review-masks.js';
export { readShapes, templateMasks, type TemplateOptions } from './template-masks.js';
export type { MaskChoice } from './chosen-masks.js';
export type { LabelOptions, UnknownLabel } from './label-rules.js';
export type { LeftOut } from './left-out.js';
export type { MaskCount } from './put-masks.js';
export type { PlacedMasks } from './put-on-images.js';
