/** The runs of an experiment whose pictures its page shows. */
import { messageOf } from '@foveate/contracts';
import { decodeImage } from '@foveate/image';
import { loadRun, type ExampleRuns, type ExperimentResult, type ReportRun } from '@foveate/report';
import type { FinishedRun } from './finished-run.js';
import { runName } from './plan.js';

/** What is shown, and whose pictures cannot be. */
export interface FoundExamples {
  readonly examples: readonly ExampleRuns[];
  readonly unreadable: ExperimentResult['missing'];
}

/**
 * Runs of the first seed, of each data and model those of all arms, where they have pictures. A run one of whose pictures is damaged
 * is left out and named: its figures are none the worse.
 */
export async function examplesOf(
  runs: readonly FinishedRun[],
  { arms, seeds, measures }: ExperimentResult,
): Promise<FoundExamples> {
  const cells = measures[0]?.cells ?? [];
  const examples: ExampleRuns[] = [];
  const unreadable: { readonly run: string; readonly why: string }[] = [];
  for (const { data, model } of cells) {
    const shown: ExampleRuns['arms'][number][] = [];
    for (const { plan, record } of runs) {
      const isOfCell = plan.data === data && plan.model === model && plan.seed === seeds[0];
      if (!isOfCell || record.explanations.length === 0) continue;
      try {
        const run = await loadRun(plan.folder);
        await requirePictures(run);
        shown.push({ name: plan.arm, index: arms.findIndex(({ name }) => name === plan.arm), run });
      } catch (error) {
        unreadable.push({ run: runName(plan), why: messageOf(error) });
      }
    }
    if (shown.length === 0) continue;
    const title = cells.every((cell) => cell.model === model) ? data : `${data}, ${model}`;
    examples.push({ title, seed: seeds[0] ?? 0, arms: shown });
  }
  return { examples, unreadable };
}

/** @throws FoveateError for the first picture that cannot be read or decoded */
async function requirePictures({ record, images }: ReportRun): Promise<void> {
  for (const { imagePath, aoiPath, heatmapPath } of record.explanations) {
    for (const path of [imagePath, aoiPath, heatmapPath]) await decodeImage(images(path), { name: path });
  }
}
