/** Types that all packages share, typed errors and seeded random numbers; nothing here needs Node.js. */
export * from './node/atomic-file.js';
export * from './data-plugins.js';
export * from './duplicates.js';
export * from './errors.js';
export * from './events.js';
export * from './node/inside-folder.js';
export * from './learning-plugins.js';
export * from './node/make-folder.js';
export * from './nearest.js';
export * from './nesting.js';
export * from './packed-error.js';
export * from './plugin.js';
export * from './random.js';
export * from './raster.js';
export * from './node/regular-file.js';
export * from './sample.js';
