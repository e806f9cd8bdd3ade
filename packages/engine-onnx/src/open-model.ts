/** ONNX files, run as they are. */
import { fail, messageOf, type HostTensor, type HostTensors, type OpenedModel } from '@foveate/contracts';
import type { Tensor } from 'onnxruntime-common';
import type { OnnxRuntime } from './runtime.js';
import type { HostOptions } from './session-host.js';

/**
 * Opens an ONNX model on the processor, with every optimisation ONNX Runtime has.
 * @throws FoveateError `ENGINE_UNSUPPORTED` with what ONNX Runtime says against it
 */
export async function openModel(
  runtime: OnnxRuntime,
  onnx: Uint8Array,
  { provider, threads }: HostOptions,
): Promise<OpenedModel> {
  const session = await runtime.InferenceSession.create(onnx, {
    executionProviders: [provider === 'wasm' ? 'wasm' : 'cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
  }).catch((cause: unknown) => {
    throw fail({
      code: 'ENGINE_UNSUPPORTED',
      what: 'ONNX Runtime cannot open the model',
      got: messageOf(cause),
      cause,
    });
  });
  const declared = new Map(session.inputMetadata.map((input) => [input.name, input.isTensor ? input.type : undefined]));
  const inputs = Object.fromEntries(
    session.inputMetadata.flatMap((input) =>
      input.isTensor
        ? [
            [
              input.name,
              { type: input.type, shape: input.shape.map((side) => (typeof side === 'number' ? side : null)) },
            ],
          ]
        : [],
    ),
  );
  return {
    inputs,
    outputs: session.outputNames,
    run: async (inputs) => {
      const feeds = Object.entries(inputs).map(([name, { dtype, shape, data }]): [string, Tensor] => {
        const bytes = declared.get(name) === 'uint8';
        return [
          name,
          bytes
            ? new runtime.Tensor('uint8', new Uint8Array(data), shape)
            : new runtime.Tensor(dtype, data as Float32Array<ArrayBuffer>, shape),
        ];
      });
      const results = await session.run(Object.fromEntries(feeds));
      return Object.fromEntries(
        Object.entries(results).map(([name, { data, dims }]): [string, HostTensor] => [
          name,
          { dtype: 'float32', shape: dims, data: data as Float32Array },
        ]),
      ) satisfies HostTensors;
    },
    dispose: () => {
      session.release().catch(() => undefined);
    },
  };
}
