import { definePlugin } from '@foveate/contracts';
import { z } from 'zod';
import { tfjsEngine } from './engine.js';

/** The engine plugin `tfjs`. */
export const tfjs = definePlugin({
  meta: {
    kind: 'engine',
    id: 'tfjs',
    contract: 1,
    summary: 'Runs programs eagerly on the pure JavaScript backend of tfjs; slow, exact, the oracle of the tests.',
  },
  options: z.strictObject({}),
  register: () => tfjsEngine(),
});
