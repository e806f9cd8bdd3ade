/** Write masks: areas of interest, masks of defects and labels as files, so that other programs can use them. */
import { classNames, defineStage, fail } from '@foveate/contracts';
import type { LabelledItem, LabelledSample, Mask } from '@foveate/contracts';
import { resolveInside, writeAtomically } from '@foveate/contracts/node';
import { encodePng } from '@foveate/image';
import { toJsonLines } from '@foveate/run-record';
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { concat, defer, from, ignoreElements, mergeMap, of, type OperatorFunction } from 'rxjs';
import { z } from 'zod';
import { scopeOf, type RunScope } from './run-scope.js';

/** One line of `labels.jsonl`. Paths are relative to its folder. */
export interface MaskRecord {
  readonly id: string;
  readonly label: (typeof classNames)[number];
  readonly reason: string;
  /** Absolute path of the image; null for a drawn one. */
  readonly image: string | null;
  /** 255 inside, PNG. */
  readonly aoi: string;
  /** A PNG for each defect that has a mask. */
  readonly defects: readonly { readonly type: string; readonly mask: string }[];
}

/**
 * Writes `aoi/*.png`, `defects/*.png` and, once all samples have come, `labels.jsonl`, sorted by id; hands everything on.
 * @param folder below that of the run
 */
export function writeMasks(
  run: Pick<RunScope, 'get' | 'folder'>,
  { folder }: { readonly folder: string },
): OperatorFunction<LabelledItem, LabelledItem> {
  return (items) =>
    defer(() => {
      const target = targetOf(run.folder, folder);
      const records: MaskRecord[] = [];
      const write = async (item: LabelledItem): Promise<LabelledItem> => {
        if ('sample' in item) records.push(await writeSample(item.sample, target, run));
        return item;
      };
      return concat(
        items.pipe(mergeMap((item) => ('sample' in item ? from(write(item)) : of(item)), availableParallelism())),
        defer(() => {
          const sorted = records.toSorted((a, b) => (a.id < b.id ? -1 : 1));
          return writeAtomically(join(target, 'labels.jsonl'), toJsonLines(sorted));
        }).pipe(ignoreElements()),
      );
    });
}

function targetOf(runFolder: string | undefined, folder: string): string {
  if (runFolder !== undefined) return resolveInside(runFolder, folder);
  throw fail({
    code: 'CONFIG_INVALID',
    what: "The stage 'write-masks' writes files, and this run has no folder",
    where: 'pipeline',
    advice: 'Run the pipeline with a folder, with foveate pipeline run',
  });
}

async function writeSample(sample: LabelledSample, target: string, run: Pick<RunScope, 'get'>): Promise<MaskRecord> {
  const [source, provider] = [await run.get('source'), await run.get('aoi')];
  const images = await source.load(sample);
  const name = fileName(sample.id);
  const write = async (path: string, mask: Mask): Promise<string> => {
    await writeAtomically(join(target, path), await encodePng(mask));
    return path;
  };
  const defects: MaskRecord['defects'][number][] = [];
  for (const { type, mask } of images.defects) {
    defects.push({ type, mask: await write(`defects/${name}-${fileName(type)}.png`, mask) });
  }
  return {
    id: sample.id,
    label: classNames[sample.label],
    reason: sample.reason,
    image: sample.files?.[0] ?? null,
    aoi: await write(`aoi/${name}.png`, await provider.areaOfInterest(sample, images)),
    defects,
  };
}

/** Text as a file name on any system; texts that look alike there do not meet. */
function fileName(text: string): string {
  const plain = text.replace(/[^A-Za-z0-9_-]+/g, '_').slice(-60);
  return plain === text ? plain : `${plain}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}

/** Writes areas of interest, masks of defects and labels. */
export const writeMasksStage = defineStage({
  meta: {
    kind: 'stage',
    id: 'write-masks',
    contract: '^2',
    summary: 'Writes areas of interest, masks of defects and labels to files.',
  },
  takes: 'labelled-sample',
  gives: 'labelled-sample',
  repeatable: true,
  options: z.strictObject({
    folder: z.string().min(1).default('masks').describe('Folder below that of the run.'),
  }),
  register: (options, { run }) => writeMasks(scopeOf(run), options),
});
