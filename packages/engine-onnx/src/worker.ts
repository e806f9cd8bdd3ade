/** The thread of the sessions: a {@link LocalHost} that is called by messages. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { packError, type HostTensors } from '@foveate/contracts';
import { LocalHost } from './local-host.js';
import { loadRuntime } from './runtime.js';
import type { HostOptions, SessionHost } from './session-host.js';
import { memoryOf, type Answer, type Call } from './worker-messages.js';

function call(host: SessionHost, { method, args }: Call): Promise<unknown> {
  // The message's type says that method and arguments belong together.
  const callable = host[method].bind(host) as (...values: unknown[]) => Promise<unknown>;
  return callable(...args);
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort;
  const host = new LocalHost(loadRuntime(), workerData as HostOptions);
  port.on('message', (message: Call) => {
    const answer = (content: Answer, transfer: ArrayBuffer[] = []): void => port.postMessage(content, transfer);
    call(host, message).then(
      (value) => answer({ id: message.id, value }, value === undefined ? [] : memoryOf(value as HostTensors)),
      (error: unknown) => answer({ id: message.id, error: packError(error) }),
    );
  });
}
