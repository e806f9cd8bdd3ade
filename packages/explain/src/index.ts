export { gradCam } from './grad-cam.js';
