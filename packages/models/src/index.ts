export { customCnn } from './custom-cnn.js';
