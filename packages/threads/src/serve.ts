/** The end of a thread that does the work. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { packError } from '@foveate/contracts';
import type { Answer, Call, Request } from './messages.js';

/**
 * Lets {@link Thread} call the methods of an object; does nothing outside of a worker. Methods are called in the order in
 * which they were asked for.
 * @param make the object, from the {@link ThreadOptions.data}; when it throws, every call is answered so
 * @param memoryOf memory of a result that is handed over instead of copied
 */
export function serve<Data>(
  make: (data: Data) => object | Promise<object>,
  memoryOf: (result: unknown) => readonly ArrayBuffer[] = () => [],
): void {
  if (isMainThread || parentPort === null) return;
  const port = parentPort;
  const target = (async () => make(workerData as Data))();
  // Whoever calls is told.
  target.catch(() => undefined);
  let pending = 0;
  let ending = false;
  const endWhenDone = () => {
    // What is in the middle of something, say a codec, must not lose its thread.
    if (ending && pending === 0) port.close();
  };
  const answer = (content: Answer, memory: readonly ArrayBuffer[] = []) => {
    port.postMessage(content, memory);
    pending--;
    endWhenDone();
  };
  port.on('message', (request: Request) => {
    if (request === 'end') {
      ending = true;
      endWhenDone();
      return;
    }
    pending++;
    const { id } = request;
    target
      .then((object) => call(object as Callable, request))
      .then((value) => answer({ id, value }, memoryOf(value)))
      // Also when the result cannot be sent.
      .catch((error: unknown) => answer({ id, error: packError(error) }));
  });
}

type Callable = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

function call(object: Callable, { method, args }: Call): unknown {
  if (typeof object[method] !== 'function') throw new Error(`This thread has no method '${method}'`);
  return object[method](...args);
}
