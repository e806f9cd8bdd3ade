import { join } from 'node:path';
import { writeAtomically } from '@foveate/contracts/node';
import type { Measured } from '../measure.js';
import { toJsonLines } from '@foveate/run-record';
import { runFiles } from '@foveate/run-record/node';

/** Writes what the figures of a run were computed from. @throws FoveateError `OUTPUT_UNWRITABLE` */
export async function writePredictions(folder: string, measured: readonly Measured[]): Promise<void> {
  const predictions = measured.flatMap((figures) => figures.predictions);
  await writeAtomically(join(folder, runFiles.predictions), toJsonLines(predictions));
}
