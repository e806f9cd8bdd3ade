export { checkShapes, parseShapes, shapesSchema } from './parse-shapes.js';
export { templateMask, type TemplateShape } from './template-mask.js';
