/** Frame in, prediction out: a trained network without trainer, data sets and tensors library. */
export type { Frame, Heatmap, ImagePrediction, Latency } from './frame.js';
export { predictions, type FrameError, type StreamOptions } from './predictions.js';
export type { FindArea } from './prepare.js';
export { openPredictor, type Predictor, type PredictorOptions } from './predictor.js';
