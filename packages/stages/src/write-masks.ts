/** Write masks: areas of interest, masks of defects and labels as files, so that other programs can use them. */
import { classNames, defineStage, fail, type FoveateError } from '@foveate/contracts';
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
 * Writes `aoi/<sample>.png`, `defects/<sample>/<type>.png` and, once all samples have come, `labels.jsonl`, sorted by id; hands
 * everything on. In a run that writes nothing it hands on alone.
 * @param folder below that of the run
 */
export function writeMasks(
  run: Pick<RunScope, 'get' | 'folder' | 'emit'>,
  { folder }: { readonly folder: string },
): OperatorFunction<LabelledItem, LabelledItem> {
  return (items) =>
    defer(() => {
      if (run.folder === undefined) return items;
      const target: MaskFolder = { run: run.folder, path: folder };
      const records = new Map<string, MaskRecord>();
      const write = async (item: LabelledItem): Promise<LabelledItem> => {
        if ('sample' in item) {
          const { id } = item.sample;
          if (records.has(id)) throw twice(id);
          // Held before it is written: the second of two that are alike may come meanwhile.
          records.set(id, { ...unwritten, id });
          records.set(id, await writeSample(item.sample, target, run));
        }
        return item;
      };
      return concat(
        items.pipe(mergeMap((item) => ('sample' in item ? from(write(item)) : of(item)), availableParallelism())),
        defer(() => {
          const sorted = [...records.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
          const message = `Masks of ${String(sorted.length)} samples are in ${join(target.run, target.path)}.`;
          run.emit({ type: 'notice', message });
          return writeInside(target, 'labels.jsonl', toJsonLines(sorted));
        }).pipe(ignoreElements()),
      );
    });
}

/** Where masks go. */
interface MaskFolder {
  readonly run: string;
  /** Below that of the run. */
  readonly path: string;
}

const unwritten: Omit<MaskRecord, 'id'> = { label: 'good', reason: '', image: null, aoi: '', defects: [] };

function twice(where: string): FoveateError {
  return fail({
    code: 'DATA_INVALID',
    what: 'A sample came twice, and its masks would replace each other',
    where,
    advice: 'See which stage before write-masks gives it again',
  });
}

/** The folder may hold links that somebody else has put there. */
function writeInside({ run, path }: MaskFolder, name: string, content: string | Uint8Array): Promise<void> {
  return writeAtomically(resolveInside(run, join(path, name)), content);
}

async function writeSample(
  sample: LabelledSample,
  target: MaskFolder,
  run: Pick<RunScope, 'get'>,
): Promise<MaskRecord> {
  const [source, provider] = [await run.get('source'), await run.get('aoi')];
  const images = await source.load(sample);
  const name = fileName(sample.id);
  const write = async (path: string, mask: Mask): Promise<string> => {
    await writeInside(target, path, await encodePng(mask));
    return path;
  };
  const defects: MaskRecord['defects'][number][] = [];
  for (const [index, { type, mask }] of images.defects.entries()) {
    const before = images.defects.slice(0, index).filter((defect) => defect.type === type).length;
    const file = `${fileName(type)}${before === 0 ? '' : `.${String(before + 1)}`}.png`;
    defects.push({ type, mask: await write(`defects/${name}/${file}`, mask) });
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

/** Devices of Windows, whatever follows their name. */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)$/;

/** Text as a file name on any system; texts that look alike there, capitals among them, do not meet. */
function fileName(text: string): string {
  const plain = text.replace(/[^A-Za-z0-9_-]+/g, '_').slice(-60);
  if (plain === text && plain === plain.toLowerCase() && plain !== '' && !reserved.test(plain)) return plain;
  return `${plain}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
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
