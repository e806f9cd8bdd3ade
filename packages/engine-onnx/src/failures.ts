/** What ONNX Runtime's messages mean to a user. */
import { fail, messageOf } from '@foveate/contracts';
import type { Provider } from './providers.js';

/** Why a provider cannot start, in a few words; undefined when the message says something else. */
export function unavailability(message: string): string | undefined {
  if (/backend not found/.test(message)) return `ONNX Runtime has none for ${process.platform}-${process.arch}`;
  if (/No supported adapters|Failed to get a WebGPU adapter/.test(message)) return 'no adapter';
  if (/Failed to load (shared )?library|cannot open shared object/.test(message)) return 'its library is not installed';
  if (/CUDA failure|CUDA_ERROR|no CUDA-capable device/i.test(message)) return 'no usable CUDA device';
  if (/device (is )?lost|Failed to get a WebGPU device/i.test(message)) return 'the device does not answer';
  return undefined;
}

function outOfMemory(error: unknown): Error | undefined {
  const message = messageOf(error);
  if (
    !/bad_alloc|bad allocation|allocat\w+ (failed|memory)|out of memory|Failed to allocate|Tensor shape is too large/i.test(
      message,
    )
  ) {
    return undefined;
  }
  const size = /requested buffer of size (\d+)/.exec(message)?.[1];
  return fail({
    code: 'ENGINE_OUT_OF_MEMORY',
    what: 'There is not enough memory for this step',
    ...place(message),
    ...(size === undefined ? {} : { got: `a tensor of ${(Number(size) / 2 ** 30).toFixed(1)} GiB` }),
    advice: 'Use a smaller batch or smaller images, or free memory',
    cause: error,
  });
}

/** The tfjs operation and line a message speaks of: nodes carry them in their names. */
function place(message: string): { where?: string } {
  const where = /(?:with node|node)[. ]+(?:with )?name:? ?'(?:\d+ )?([^']+?)(?:_token_\d+)?'/i.exec(message)?.[1];
  return where === undefined ? {} : { where };
}

/** The error of a session that could not be created. */
export function sessionFailure(error: unknown, provider: Provider): Error {
  const message = messageOf(error);
  const reason = unavailability(message);
  if (reason !== undefined) {
    return fail({
      code: 'ENGINE_UNAVAILABLE',
      what: `The execution provider ${provider} cannot be used: ${reason}`,
      advice: 'Choose the provider cpu, or auto, which takes what works',
      cause: error,
    });
  }
  return (
    outOfMemory(error) ??
    fail({
      code: 'ENGINE_UNSUPPORTED',
      what: 'ONNX Runtime refuses the traced program',
      ...place(message),
      got: message.split('\n')[0] ?? message,
      advice: 'Write the operation differently, or use the engine tfjs, which runs eagerly',
      cause: error,
    })
  );
}

/** The error of a run that failed. */
export function runFailure(error: unknown, provider: Provider): Error {
  const message = messageOf(error);
  return (
    outOfMemory(error) ??
    fail({
      code: 'ENGINE_UNSUPPORTED',
      what: `ONNX Runtime cannot run the traced program on ${provider}`,
      ...place(message),
      got: message.split('\n')[0] ?? message,
      advice: provider === 'cpu' || provider === 'wasm' ? 'Write the operation differently' : 'Choose the provider cpu',
      cause: error,
    })
  );
}
