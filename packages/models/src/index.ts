export { customCnn } from './custom-cnn.js';
export { efficientNetB0, efficientNetB1, efficientNetB2, efficientNetB3 } from './efficientnet.js';
export { layers } from './layers.js';
export { identifyWeights, type Identification } from './identify-weights.js';
export { mobileNetV2 } from './mobilenet-v2.js';
export { mobileNetV3Small } from './mobilenet-v3-small.js';
export { resNet18 } from './resnet-18.js';
export { unet, type SegmentationModel, type SegmentationModelFactory } from './unet.js';
export * from './weights/index.js';
