import { blockLowerings } from './blocks.js';
import { convolutionLowerings } from './convolution.js';
import { elementwiseLowerings } from './elementwise.js';
import { fusedLowerings } from './fused.js';
import { linearLowerings } from './linear.js';
import { localResponseLowerings } from './local-response.js';
import { poolingLowerings } from './pooling.js';
import { reduceLowerings } from './reduce.js';
import { shapeLowerings } from './shape.js';
import type { LoweringTable } from './types.js';

/** Every tfjs kernel that can be traced. */
export const lowerings: LoweringTable = {
  ...elementwiseLowerings,
  ...reduceLowerings,
  ...shapeLowerings,
  ...blockLowerings,
  ...convolutionLowerings,
  ...poolingLowerings,
  ...localResponseLowerings,
  ...linearLowerings,
  ...fusedLowerings,
};
