/** ONNX Runtime, loaded when the first engine is made: this package can be imported where the runtime cannot be loaded. */
import { fail } from '@foveate/contracts';
import { createRequire } from 'node:module';

/** The module onnxruntime-node. */
export type OnnxRuntime = typeof import('onnxruntime-node');

const requireFromHere = createRequire(import.meta.url);

/**
 * @param load replaces the import in tests
 * @throws FoveateError `ENGINE_UNAVAILABLE` when the package or its native library is missing or cannot be loaded
 */
export function loadRuntime(load: () => unknown = () => requireFromHere('onnxruntime-node')): OnnxRuntime {
  try {
    return load() as OnnxRuntime;
  } catch (cause) {
    const message = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw fail({
      code: 'ENGINE_UNAVAILABLE',
      where: 'engine onnx',
      what: 'ONNX Runtime cannot be loaded',
      got: message,
      advice: `${adviceFor(message)}, or choose the engine tfjs, which needs no native library`,
      cause,
    });
  }
}

const platform = `${process.platform}-${process.arch}`;

function adviceFor(message: string): string {
  if (/onnxruntime_binding\.node/.test(message) && /Cannot find module/.test(message))
    return `onnxruntime-node has no library for ${platform}: use 64-bit Linux, Windows or macOS`;
  if (/Cannot find (module|package)/.test(message)) return 'Install the packages again with `npm ci`';
  if (/musl|ld-linux|GLIBC/.test(message))
    return 'It needs a Linux with a newer GNU C library (Debian 12, Ubuntu 22.04 or later; not Alpine)';
  if (/specified module could not be found|vcruntime|msvcp/i.test(message))
    return 'Install the Microsoft Visual C++ Redistributable';
  return 'Install the packages again with `npm ci`';
}
