export { eigenCam } from './eigen-cam.js';
export { gradCam, type GradCamOptions } from './grad-cam.js';
export { gradCamPlusPlus } from './grad-cam-plus-plus.js';
export { hiResCam } from './hires-cam.js';
export { integratedGradients, type IntegratedGradientsOptions } from './integrated-gradients.js';
export { layerCam } from './layer-cam.js';
export { occlusion, type OcclusionOptions } from './occlusion.js';
export { scoreCam, type ScoreCamOptions } from './score-cam.js';
