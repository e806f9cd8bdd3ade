import type { HostTensors } from '@foveate/contracts';
import type { InferenceParts } from './inference-program.js';

/** Number format of weights and arithmetic. */
export type Precision = 'float32' | 'float16';

/** What is exported. */
export interface ExportParts extends InferenceParts {
  /** The model's variables by name. */
  readonly variables: HostTensors;
  readonly precision: Precision;
  /** Written into the files, where the format has a place for it. */
  readonly metadata: Readonly<Record<string, string>>;
}
