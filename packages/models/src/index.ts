export { customCnn } from './custom-cnn.js';
export { efficientNetB0, efficientNetB1, efficientNetB2, efficientNetB3 } from './efficientnet.js';
