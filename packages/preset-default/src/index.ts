/** What a plain Foveate run starts with: the plugins, and which of them stands in where a configuration names none. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { AnyPlugin } from '@foveate/contracts';
import { onnx } from '@foveate/engine-onnx';
import { tfjs } from '@foveate/engine-tfjs';
import {
  eigenCam,
  gradCam,
  gradCamPlusPlus,
  hiResCam,
  integratedGradients,
  layerCam,
  occlusion,
  scoreCam,
} from '@foveate/explain';
import { aoiL1 } from '@foveate/loss-aoi-l1';
import { ce, focal } from '@foveate/loss-ce';
import { ceod, ceodV2 } from '@foveate/loss-ceod';
import { consistency } from '@foveate/loss-consistency';
import { diceCe } from '@foveate/loss-dice';
import { energy } from '@foveate/loss-energy';
import { rrr } from '@foveate/loss-rrr';
import { aoiShare, calibration, classification, defectTypes, ranking, rates, worstGroup } from '@foveate/metrics';
import {
  areaPooling,
  customCnn,
  efficientNetB0,
  efficientNetB1,
  efficientNetB2,
  efficientNetB3,
  layers,
  mobileNetV2,
  mobileNetV3Small,
  resNet18,
  unet,
  unetSegmenter,
} from '@foveate/models';
import { csv, jsonl, tensorboard } from '@foveate/observers';
import { adam, adamax, adamw, sgd } from '@foveate/optimizers';
import { stagePlugins, usualPipeline } from '@foveate/stages';
import { aoiPreset } from './aoi-preset.js';
import { dataPlugins } from './data-plugins.js';

export { aoiPreset };
export { auditDefaults } from './audit-defaults.js';
export { reproductions, type Reproduction } from './reproductions.js';
export { segmenterDefaults } from './segmenter-defaults.js';

// Weights belong to the models of the default plugins; apps reach them here, since only this package names plugins.
export {
  cachedPath,
  identifyWeights,
  knownWeights,
  obtainWeights,
  readWeights,
  type KnownWeights,
} from '@foveate/models';

/** All plugins that come with Foveate, by kind in pipeline order. */
export const defaultPlugins: readonly AnyPlugin[] = [
  aoiPreset,
  ...stagePlugins,
  ...dataPlugins,
  customCnn,
  efficientNetB0,
  efficientNetB1,
  efficientNetB2,
  efficientNetB3,
  mobileNetV2,
  mobileNetV3Small,
  resNet18,
  unet,
  layers,
  areaPooling,
  ce,
  focal,
  ceod,
  ceodV2,
  energy,
  aoiL1,
  rrr,
  consistency,
  unetSegmenter,
  diceCe,
  adamax,
  adam,
  adamw,
  sgd,
  gradCam,
  gradCamPlusPlus,
  hiResCam,
  layerCam,
  scoreCam,
  eigenCam,
  integratedGradients,
  occlusion,
  classification,
  aoiShare,
  worstGroup,
  rates,
  ranking,
  calibration,
  defectTypes,
  onnx,
  tfjs,
  jsonl,
  csv,
  tensorboard,
];

// As compiled, whatever runs this thread.
const addressOf = (name: string) => pathToFileURL(createRequire(import.meta.url).resolve(name)).href;

/** Where threads find {@link defaultPlugins}. */
export const defaultPluginModule = {
  url: addressOf('#plugins'),
  export: 'defaultPlugins',
  data: { url: addressOf('#data-plugins'), export: 'dataPlugins' },
} as const;

/** The configuration of a file that says nothing; plugin options have their own defaults. */
export const defaultConfig = {
  pipeline: [...usualPipeline],
  data: {
    source: 'synthetic-zipper',
    aoi: 'source',
    label: 'aoi',
    split: 'stratified',
    augment: [],
  },
  model: 'custom-cnn',
  loss: 'ce',
  optimizer: 'adamax',
  explain: 'grad-cam',
  metrics: ['classification', 'worst-group', 'aoi-share'],
  engine: 'onnx',
} as const;
