/** ONNX files without anything else of Foveate: what a program needs that only predicts. */
import type { OpenedModel } from '@foveate/contracts';
import { availableParallelism } from 'node:os';
import protobuf from 'protobufjs/light.js';
import { openModel } from './open-model.js';
import { loadRuntime, plainProvider } from './runtime.js';

/** How an ONNX file is opened. */
export interface OpenOnnxOptions {
  /** Threads of one run; default: one for each processor, at most 4. */
  readonly threads?: number;
}

/** The part of onnx.proto that is read. */
const schema = protobuf.Root.fromJSON({
  nested: {
    ModelProto: { fields: { metadataProps: { rule: 'repeated', type: 'Entry', id: 14 } } },
    Entry: { fields: { key: { type: 'string', id: 1 }, value: { type: 'string', id: 2 } } },
  },
});

/**
 * Opens an ONNX file, on the native runtime where there is one and on WebAssembly elsewhere.
 * @throws FoveateError `ENGINE_UNSUPPORTED`, `ENGINE_UNAVAILABLE`
 */
export async function openOnnx(
  onnx: Uint8Array,
  { threads = Math.min(4, availableParallelism()) }: OpenOnnxOptions = {},
): Promise<OpenedModel> {
  const provider = plainProvider();
  return openModel(loadRuntime(provider, threads), onnx, { provider, threads });
}

/** What an ONNX file says of itself; empty for one that cannot be read. */
export function onnxMetadata(onnx: Uint8Array): Readonly<Record<string, string>> {
  try {
    const { metadataProps = [] } = schema.lookupType('ModelProto').decode(onnx) as unknown as {
      readonly metadataProps?: readonly { readonly key: string; readonly value: string }[];
    };
    return Object.fromEntries(metadataProps.map(({ key, value }) => [key, value]));
  } catch {
    return {};
  }
}
