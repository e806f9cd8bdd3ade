/** The thread of the sessions: a {@link LocalHost} that is called by messages. */
import type { HostTensors } from '@foveate/contracts';
import { serve } from '@foveate/threads';
import { LocalHost } from './local-host.js';
import { loadRuntime } from './runtime.js';
import { memoryOf, type HostOptions } from './session-host.js';

serve(
  (options: HostOptions) => new LocalHost(loadRuntime(options.provider, options.threads), options),
  (result) => (result === undefined ? [] : memoryOf(result as HostTensors)),
);
