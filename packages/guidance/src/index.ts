/** What losses that guide a network have in common. */
export { guidedHeatmapLoss, guidedLoss, type Guidance, type GuidanceParts } from './guided-loss.js';
export {
  guidanceOptions,
  guidedExplainer,
  guidedImages,
  heatmapGuidanceOptions,
  heatmapTarget,
  labelSmoothing,
  type GuidanceOptions,
  type GuidedImages,
  type HeatmapGuidanceOptions,
} from './options.js';
