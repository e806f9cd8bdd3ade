/** Decodes samples made of files and checks that their parts fit together. */
import { basename } from 'node:path';
import { fail, isFoveateError, type DefectMask, type Mask, type Raster, type Sample } from '@foveate/contracts';
import type { SampleImages } from '@foveate/contracts';
import { maskArea, readImage, readMask } from '@foveate/image';
import type { FileRef } from './_file-sample.js';
import { unionOf } from './_masks.js';
import { isInside, resolved } from './_paths.js';

/** What holds for all samples of a source. */
export interface LoadOptions {
  /** Absolute. */
  readonly root: string;
  readonly maskThreshold: number;
  readonly maxPixels: number;
  readonly links: 'inside' | 'anywhere';
}

/**
 * A loader of samples made by `fileSample`.
 * @returns a function that throws `DATA_INVALID` with reason `mask-size`, `mask-empty`, `aoi-size`, one of `readImage` or
 * one of {@link guarded}
 */
export function fileLoader(options: LoadOptions): (sample: Sample) => Promise<SampleImages> {
  return guarded(options, (sample) => load(sample, options));
}

/** The same for samples of a list, whose errors name file and line. */
export function listedLoader(list: string): (options: LoadOptions) => (sample: Sample) => Promise<SampleImages> {
  const lineOf = ({ ref }: Sample): string | undefined => {
    const { line } = ref as FileRef;
    return line === undefined ? undefined : `${basename(list)}:${line}`;
  };
  return (options) => guarded(options, (sample) => load(sample, options), lineOf);
}

/**
 * A loader that first checks that no file is a link out of the data set (`DATA_INVALID`, reason `outside-root`).
 * @param listed where a sample is listed; its errors say so
 */
export function guarded(
  { root, links }: Pick<LoadOptions, 'root' | 'links'>,
  loader: (sample: Sample) => Promise<SampleImages>,
  listed?: (sample: Sample) => string | undefined,
): (sample: Sample) => Promise<SampleImages> {
  let realRoot: Promise<string | undefined> | undefined;
  return async (sample) => {
    try {
      if (links === 'inside') {
        realRoot ??= resolved(root);
        await requireInside(sample.files ?? [], await realRoot);
      }
      return await loader(sample);
    } catch (error) {
      const place = listed?.(sample);
      if (place === undefined || !isFoveateError(error)) throw error;
      const { where, what, ...parts } = error.parts;
      throw fail({ ...parts, what: where === undefined ? what : `${what}: ${where}`, where: place, cause: error });
    }
  };
}

async function load({ id, files = [], ref }: Sample, { maskThreshold, maxPixels }: LoadOptions): Promise<SampleImages> {
  const { masks, areas } = ref as FileRef;
  const image = await readImage(files[0] ?? '', { maxPixels });
  const read = async (path: string, noun: string, reason: string): Promise<Mask> => {
    const mask = await readMask(path, { threshold: maskThreshold, maxPixels });
    requireSameSize(mask, image, id, noun, reason);
    return mask;
  };

  const aoi: Mask[] = [];
  for (const path of files.slice(1 + masks.length, 1 + masks.length + areas)) {
    aoi.push(await read(path, 'Area-of-interest mask', 'aoi-size'));
  }
  // One mask can show several types: it is decoded once.
  const decoded = new Map<string, Mask>();
  const byType = new Map<string, { masks: Mask[]; path: string }>();
  for (const [index, type] of masks.entries()) {
    const path = files[1 + index] ?? '';
    const mask = decoded.get(path) ?? (await read(path, 'Mask', 'mask-size'));
    decoded.set(path, mask);
    const known = byType.get(type);
    if (known === undefined) byType.set(type, { masks: [mask], path });
    else known.masks.push(mask);
  }
  const defects: DefectMask[] = [];
  for (const [type, one] of byType) {
    const mask = unionOf(one.masks);
    if (maskArea(mask) === 0) throw emptyMask(id, type, one.path);
    defects.push({ type, mask });
  }
  return { image, defects, ...(aoi.length === 0 ? {} : { aoi: unionOf(aoi) }) };
}

async function requireInside(files: readonly string[], realRoot: string | undefined): Promise<void> {
  for (const file of files) {
    const real = await resolved(file);
    // What does not exist has its own error when it is read.
    if (real === undefined || realRoot === undefined || isInside(realRoot, real)) continue;
    throw fail({
      code: 'DATA_INVALID',
      what: 'The file is a link that leads out of the data set',
      where: file,
      got: real,
      reason: 'outside-root',
      advice: 'Copy the file, set root to a folder that holds both, or set links to anywhere',
    });
  }
}

function emptyMask(id: string, type: string, path: string) {
  return fail({
    code: 'DATA_INVALID',
    what: `The mask of '${id}' is black all over although the image is listed as '${type}'`,
    where: path,
    reason: 'mask-empty',
    advice: 'Draw the defect, list the image as good, or lower maskThreshold if the mask uses small values',
  });
}

function requireSameSize(mask: Mask, image: Raster, id: string, noun: string, reason: string): void {
  if (mask.width === image.width && mask.height === image.height) return;
  throw fail({
    code: 'DATA_INVALID',
    what: `${noun} of '${id}' is ${mask.width}x${mask.height} but its image is ${image.width}x${image.height}`,
    reason,
    advice: 'Export the mask at the size of the upright image',
  });
}
