/**
 * The loops over pixels that take the time of augmentation, in WebAssembly with SIMD. Every function works on memory it
 * is given the addresses of; src/_kernels.ts lays it out, with room around it for what is read and written beyond the
 * ends.
 */
export * from './blend';
export * from './bytes';
export * from './distance';
export * from './flip';
export * from './light';
export * from './noise';
export * from './warp';
