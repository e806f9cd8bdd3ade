/** A worker: a container of its own, built from the same configuration, that does what it is asked to. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { isFoveateError, packError, pluginKinds } from '@foveate/contracts';
import type { AnyPlugin, PluginKind } from '@foveate/contracts';
import { buildServices } from '../assembly/container.js';
import { Registry } from '../assembly/registry.js';
import type { PluginList } from '../assembly/registry.js';
import { withPackages } from '../assembly/third-party.js';
import type { ByteBatch } from '../stages/batch-memory.js';
import { LocalWork } from './data-work.js';
import type { Answer, Call, Request, WorkerSetup } from './messages.js';

/** The kinds of {@link PluginModule.data}. */
const dataKinds = ['source', 'aoi', 'labeller', 'splitter', 'augmentation'] as const satisfies readonly PluginKind[];

async function start({ config, module, slots }: WorkerSetup): Promise<LocalWork> {
  const build = async (list: PluginList, kinds: readonly PluginKind[]) => {
    const exports = (await import(list.url)) as Readonly<Record<string, readonly AnyPlugin[]>>;
    const registry = Registry.of(exports[list.export] ?? []);
    const complete = await withPackages(registry, config.plugins, config.baseFolder);
    return LocalWork.of(config, await buildServices(config, complete, kinds), slots);
  };
  if (module.data === undefined) return build(module, pluginKinds);
  return build(module.data, dataKinds).catch((error: unknown) => {
    if (isFoveateError(error) && error.code === 'PLUGIN_UNKNOWN') return build(module, pluginKinds);
    throw error;
  });
}

function call(work: LocalWork, { method, args }: Call): Promise<unknown> {
  // The message's type says that method and arguments belong together.
  const callable = work[method].bind(work) as (...values: unknown[]) => Promise<unknown>;
  return callable(...args);
}

/** The memory of a batch, to be handed over instead of copied. */
function memoryOf(value: unknown): ArrayBuffer[] {
  const { images, aoi, labels } = (value ?? {}) as Partial<ByteBatch>;
  return [images, aoi, labels].flatMap((array) => (array === undefined ? [] : [array.buffer as ArrayBuffer]));
}

function serve(port: MessagePort, work: Promise<LocalWork>): void {
  let owed = 0;
  let ending = false;
  const endWhenDone = () => {
    // A codec in the middle of an image must not lose its thread.
    if (ending && owed === 0) port.close();
  };
  port.on('message', (request: Request) => {
    if (request === 'end') {
      ending = true;
      endWhenDone();
      return;
    }
    owed++;
    const answer = (content: Answer, transfer: ArrayBuffer[] = []): void => {
      port.postMessage(content, transfer);
      owed--;
      endWhenDone();
    };
    work
      .then((ready) => call(ready, request))
      .then(
        (value) => answer({ id: request.id, value }, memoryOf(value)),
        (error: unknown) => answer({ id: request.id, error: packError(error) }),
      );
  });
}

if (!isMainThread && parentPort !== null) {
  const work = start(workerData as WorkerSetup);
  // Whoever calls is told.
  work.catch(() => undefined);
  serve(parentPort, work);
}
