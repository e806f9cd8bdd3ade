/** Decodes samples made of files and checks that their parts fit together. */
import { basename } from 'node:path';
import { fail, isFoveateError, type DefectMask, type Mask, type Raster, type Sample } from '@foveate/contracts';
import type { SampleImages } from '@foveate/contracts';
import { highestInMask, maskArea, readImageAndDepth, readMask } from '@foveate/image';
import type { FileRef } from './_file-sample.js';
import { Masks } from './_masks.js';
import { isInside, resolved } from './_paths.js';

/** What holds for all samples of a source. */
export interface LoadOptions {
  /** Absolute. */
  readonly root: string;
  readonly maskThreshold: number;
  readonly maxPixels: number;
  readonly valueRange?: readonly [number, number] | undefined;
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

async function load({ id, files = [], ref }: Sample, options: LoadOptions): Promise<SampleImages> {
  const { masks, areas } = ref as FileRef;
  const { maskThreshold: threshold, maxPixels } = options;
  const { image, depth } = await readImageAndDepth(files[0] ?? '', options);
  const read = async (path: string, noun: string, reason: string): Promise<Mask> => {
    const mask = await readMask(path, { threshold, maxPixels });
    requireSameSize(mask, image, id, noun, reason);
    return mask;
  };

  const aoi = new Masks(image);
  for (const path of files.slice(1 + masks.length, 1 + masks.length + areas)) {
    aoi.add('', await read(path, 'Area-of-interest mask', 'aoi-size'));
  }
  // A mask can show several types, and a type have several masks: each is decoded once, and one held at a time.
  const defects = new Masks(image);
  const typesOf = new Map<string, Set<string>>();
  for (const [index, type] of masks.entries()) {
    const path = files[1 + index] ?? '';
    typesOf.set(path, (typesOf.get(path) ?? new Set()).add(type));
  }
  for (const type of masks) defects.expect(type);
  for (const [path, types] of typesOf) {
    const mask = await read(path, 'Mask', 'mask-size');
    for (const type of types) defects.add(type, mask);
  }
  for (const [type, mask] of defects.byType) {
    if (maskArea(mask) === 0) throw await emptyMask(id, type, files[1 + masks.indexOf(type)] ?? '', options);
  }
  const area = aoi.byType.get('');
  return {
    image,
    defects: [...defects.byType].map(([type, mask]): DefectMask => ({ type, mask })),
    ...(area === undefined ? {} : { aoi: area }),
    ...(depth === undefined ? {} : { depth }),
  };
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

async function emptyMask(id: string, type: string, path: string, { maskThreshold, maxPixels }: LoadOptions) {
  const { highest, of } = await highestInMask(path, { maxPixels });
  const used = Math.ceil((highest * 255) / of) - 1;
  return fail({
    code: 'DATA_INVALID',
    what:
      highest === 0
        ? `The mask of '${id}' is black all over although the image is listed as '${type}'`
        : `No pixel of the mask of '${id}', an image of '${type}', exceeds the threshold`,
    where: path,
    ...(highest === 0
      ? {}
      : { expected: `values above maskThreshold ${maskThreshold} of 255`, got: `at most ${highest} of ${of}` }),
    reason: 'mask-empty',
    advice:
      highest === 0
        ? 'Draw the defect, or list the image as good'
        : `Set maskThreshold to ${used > 0 ? `at most ${used}` : 0}, or draw the defect brighter`,
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
