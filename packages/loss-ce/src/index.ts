export { ce } from './ce.js';
