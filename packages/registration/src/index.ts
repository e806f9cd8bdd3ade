export { registrar } from './register.js';
