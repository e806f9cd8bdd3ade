import { definePlugin } from '@foveate/contracts';
import { z } from 'zod';
import { openOnnxEngine } from './engine.js';
import { providers } from './providers.js';

/** The engine plugin `onnx`. */
export const onnx = definePlugin({
  meta: {
    kind: 'engine',
    id: 'onnx',
    contract: '^2',
    summary:
      'Traces a program once into an ONNX graph and runs it on ONNX Runtime: the speed of native code from plain npm packages.',
  },
  options: z.strictObject({
    provider: z
      .enum(['auto', ...providers])
      .default('auto')
      .describe(
        'Execution provider: cpu, cuda (NVIDIA), dml (Windows), coreml (macOS), webgpu, wasm (needs no native library); auto takes the fastest that works.',
      ),
    threads: z
      .int()
      .min(1)
      .optional()
      .describe(
        'Threads of one step; the number of processors when left out. Results are the same for the same number.',
      ),
    worker: z
      .boolean()
      .default(false)
      .describe('Run steps in a worker, so that the thread that starts them can serve something else meanwhile.'),
  }),
  variants: providers.map((provider) => ({ provider })),
  register: ({ threads, ...rest }) => openOnnxEngine({ ...rest, ...(threads === undefined ? {} : { threads }) }),
});
