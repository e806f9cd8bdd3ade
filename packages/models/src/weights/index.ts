/** Weights trained elsewhere: files, names, layouts, downloads. */
export { cachedPath, weightsFolder } from './cache.js';
export { importWeights, type ImportedWeights, type ImportOptions } from './import-weights.js';
export { obtainWeights, type LocateOptions } from './locate.js';
export { bestMatch, type Match } from './match.js';
export type { Convention, WeightNaming } from './naming.js';
export { readWeights } from './read-weights.js';
export { knownWeights, type Checksum, type KnownWeights } from './registry.js';
export type { WeightsEntry, WeightsFile, WeightsFormat } from './weights-file.js';
