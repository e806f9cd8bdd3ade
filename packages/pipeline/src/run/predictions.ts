import { join } from 'node:path';
import { writeAtomically } from '@foveate/contracts';
import type { Measured } from '../stages/8-measure.js';
import { toJsonLines } from './jsonl.js';
import { runFiles } from './run-folder.js';

/** Writes what the figures of a run were computed from. @throws FoveateError `OUTPUT_UNWRITABLE` */
export async function writePredictions(folder: string, measured: readonly Measured[]): Promise<void> {
  const predictions = measured.flatMap((figures) => figures.predictions);
  await writeAtomically(join(folder, runFiles.predictions), toJsonLines(predictions));
}
