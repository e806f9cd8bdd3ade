import { definePlugin } from '@foveate/contracts';
import { z } from 'zod';
import { loadTfjsEngine, tfjsBackends } from './backends.js';
import { maximalThreads } from './wasm/threads.js';

/** The engine plugin `tfjs`. */
export const tfjs = definePlugin({
  meta: {
    kind: 'engine',
    id: 'tfjs',
    contract: '^2',
    summary: 'Runs programs eagerly on a backend of tfjs: TensorFlow, WASM or pure JavaScript, whichever is installed.',
  },
  options: z.strictObject({
    backend: z
      .enum(['auto', ...tfjsBackends])
      .default('auto')
      .describe(
        'Where to compute: node-gpu and node need @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node, which are not installed by themselves; wasm and cpu (pure JavaScript, very slow) are always there. auto takes the first that starts.',
      ),
    threads: z
      .int()
      .min(1)
      .max(maximalThreads)
      .optional()
      .describe('Threads of the WASM backend; the number of processors when left out.'),
  }),
  variants: tfjsBackends.map((backend) => ({ backend })),
  register: ({ backend, threads }) => loadTfjsEngine({ backend, ...(threads === undefined ? {} : { threads }) }),
});
