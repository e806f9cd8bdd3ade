export { syntheticZipper } from './synthetic-zipper/index.js';
