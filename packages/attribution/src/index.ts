/** How good a heatmap is. Pure functions; knows nothing of models, files or runs. */
export { impute } from './impute.js';
export { massInside, overlapAbove, overlapOfHottest, pointsInside, type Heat } from './places.js';
export { areaUnder, hottestFirst, removalScores, type RemovalOptions, type RemovalScores } from './removal.js';
