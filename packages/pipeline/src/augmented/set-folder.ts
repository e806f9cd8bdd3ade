/** The files of a multiplied data set: `images`, `aoi` and `defects`, in each a folder for every split and class. */
import { createHash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { classNames } from '@foveate/contracts';
import { writeAtomically } from '@foveate/contracts/node';
import type { Raster } from '@foveate/contracts';
import { encodePng } from '@foveate/image';
import type { SetItem } from './multiply.js';

/** Names of the files beside the images. */
export const setFiles = {
  build: 'build.json',
  samples: 'samples.jsonl',
  provenance: 'provenance.jsonl',
  config: 'config.yaml',
} as const;

/** A row of `samples.jsonl`, as the source `manifest` reads it; paths are relative to the folder. */
export interface SampleRow {
  readonly id: string;
  readonly image: string;
  /** Empty for a sample that counts as good, whatever defects it shows outside its area of interest. */
  readonly type: readonly string[];
  /** A mask for each type, or none. */
  readonly mask: readonly string[];
  readonly aoi: string;
  readonly split: string;
  /** The sample it was made from. */
  readonly group: string;
}

/** A row of `provenance.jsonl`: where a file comes from and how to make it again. */
export interface ProvenanceRow {
  readonly file: string;
  /** Id in the original data set. */
  readonly origin: string;
  readonly split: string;
  readonly seed: number;
  /** 0: the original at network size. */
  readonly variant: number;
  readonly operations: SetItem['record'];
  readonly label: SetItem['label'];
  /** All defects it shows, also those that do not count, with their masks. */
  readonly defects: readonly { readonly type: string; readonly file: string }[];
  /** SHA-256 of the file, in hexadecimal digits. */
  readonly sha256: string;
}

/** Text as part of a file name on any system. */
function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]+/g, '_').slice(-60);
}

/**
 * Writes an item's files, those that are there excepted.
 * @param place the origin's position in the data set: ids that look alike as file names do not meet
 */
export async function writeItem(
  folder: string,
  item: SetItem,
  { place, seed }: { readonly place: number; readonly seed: number },
): Promise<{ readonly sample: SampleRow; readonly provenance: ProvenanceRow }> {
  const { origin, variant, images, label, record } = item;
  const { id, split, defectTypes } = origin.sample;
  const name = `${String(place).padStart(5, '0')}-${plain(id)}${variant === 0 ? '' : `-v${String(variant)}`}`;
  const within = `${split}/${classNames[label]}/${name}`;
  const image = `images/${within}.png`;
  const aoi = `aoi/${within}.png`;
  const defects = images.defects
    .filter(({ mask }) => mask.data.includes(255))
    .map(({ type, mask }, i) => ({ type, mask, file: `defects/${within}-${String(i)}-${plain(type)}.png` }));
  const sha256 = await writeOnce(join(folder, image), images.image);
  await writeOnce(join(folder, aoi), images.aoi);
  for (const { file, mask } of defects) await writeOnce(join(folder, file), mask);

  // A defective sample whose defects have no masks keeps its types; then none of them has one in the list.
  const complete = defects.length > 0;
  const types = complete ? defects.map(({ type }) => type) : defectTypes;
  return {
    sample: {
      id: `${split}/${name}`,
      image,
      type: label === 0 ? [] : types,
      mask: label === 0 || !complete ? [] : defects.map(({ file }) => file),
      aoi,
      split,
      group: id,
    },
    provenance: {
      file: image,
      origin: id,
      split,
      seed,
      variant,
      operations: record,
      label,
      defects: defects.map(({ type, file }) => ({ type, file })),
      sha256,
    },
  };
}

/** Writes a PNG unless it is there. @returns SHA-256 of the file */
async function writeOnce(path: string, raster: Raster): Promise<string> {
  const there = await access(path).then(
    () => true,
    () => false,
  );
  const bytes = there ? await readFile(path) : await encodePng(raster);
  if (!there) await writeAtomically(path, bytes);
  return createHash('sha256').update(bytes).digest('hex');
}
