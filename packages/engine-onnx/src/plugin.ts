import { definePlugin } from '@foveate/contracts';
import { z } from 'zod';
import { onnxEngine } from './engine.js';

/** The engine plugin `onnx`. */
export const onnx = definePlugin({
  meta: {
    kind: 'engine',
    id: 'onnx',
    contract: 1,
    summary:
      'Traces a program once into an ONNX graph and runs it on ONNX Runtime: the speed of native code from plain npm packages.',
  },
  options: z.strictObject({
    threads: z
      .int()
      .min(1)
      .optional()
      .describe(
        'Threads of one step; the number of processors when left out. Results are the same for the same number.',
      ),
  }),
  register: ({ threads }) => onnxEngine(threads === undefined ? {} : { threads }),
});
