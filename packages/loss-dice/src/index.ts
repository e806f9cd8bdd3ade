export { diceCe } from './dice-ce.js';
