/** Pictures of images with their masks outlined, to be looked at. */
import { fail, type FoveateError, type Mask } from '@foveate/contracts';
import { isWithin, makeOutputFolder } from '@foveate/contracts/node';
import { readImage, unionOf, writePng } from '@foveate/image';
import { hashImageFile, type MaskEntry, type MaskStore } from '@foveate/mask-store';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { overlay } from '@foveate/report/overlay';
import { task, type Task, type TaskContext, type TaskOptions } from '@foveate/contracts/task';
import { isOfOneImage, LeftOuts, type LeftOut } from './left-out.js';

/** What was drawn. */
export interface ReviewedMasks {
  /** Number of pictures. */
  readonly images: number;
  readonly leftOut: LeftOut;
}

/**
 * Writes a picture of each image with the masks that are given outlined. Names begin with the lowest confidence of the masks, so
 * that the least certain come first; of masks without one they are the path of the image. Progress counts `drawn`.
 * @param entries of the store
 * @param folder is made; must be empty, and no part of the images
 * @throws FoveateError (when it is awaited) `OUTPUT_EXISTS`, `OUTPUT_UNWRITABLE`, `DATA_INSUFFICIENT` without entries,
 * `CONFIG_INVALID` for a folder among the images
 */
export function reviewMasks(
  store: MaskStore,
  entries: readonly MaskEntry[],
  folder: string,
  options: TaskOptions = {},
): Task<ReviewedMasks> {
  return task((context) => drawing(store, entries, folder, context), options);
}

async function drawing(
  store: MaskStore,
  entries: readonly MaskEntry[],
  folder: string,
  { signal, progress }: TaskContext,
): Promise<ReviewedMasks> {
  const byImage = new Map<string, MaskEntry[]>();
  for (const entry of entries) byImage.set(entry.image, [...(byImage.get(entry.image) ?? []), entry]);
  if (byImage.size === 0) {
    throw fail({ code: 'DATA_INSUFFICIENT', what: 'There is no such mask to look at', where: store.folder, advice: "'foveate masks stats' counts what there is" }); // prettier-ignore
  }
  await refuseFolder(store, folder);
  await makeOutputFolder(folder);
  const leftOut = new LeftOuts();
  const names = new Set<string>();
  let [done, images] = [0, 0];
  for (const [hash, of] of byImage) {
    signal.throwIfAborted();
    const path = store.image(hash)?.path ?? '';
    try {
      if (await draw(store, path, of, { folder, names })) images++;
      else leftOut.add({ path, reason: 'image-changed', message: 'It is not the image that the masks were drawn on' });
    } catch (error) {
      if (!isOfOneImage(error)) throw error;
      leftOut.add({ path, reason: error.parts.reason ?? 'image-invalid', message: error.message });
    }
    progress('drawn', ++done, byImage.size);
  }
  return { images, leftOut: leftOut.toJSON() };
}

/** @returns false when the file is another image by now, or there never was one */
async function draw(
  store: MaskStore,
  path: string,
  entries: readonly MaskEntry[],
  { folder, names }: { readonly folder: string; readonly names: Set<string> },
): Promise<boolean> {
  const file = join(store.imageRoot, path);
  if (path === '' || (await hashImageFile(file)) !== entries[0]?.image) return false;
  const masks: Mask[] = [];
  for (const entry of entries) masks.push(await store.read(entry));
  const [first, ...others] = masks as [Mask, ...Mask[]];
  const sure = entries.flatMap(({ provenance: { confidence } }) => confidence ?? []);
  const name = `${sure.length === 0 ? '' : `${Math.min(...sure).toFixed(3)} `}${pictureName(path, entries[0].image, names)}.png`;
  await writePng(join(folder, name), await overlay({ image: await readImage(file), aoi: unionOf(first, ...others) }));
  return true;
}

/** Characters of a path that a picture is called by. */
const longestName = 60;

/** The path in one part, without its ending; with the beginning of the hash where it is long or another one is called so. */
function pictureName(path: string, hash: string, taken: Set<string>): string {
  const plain = path.replaceAll('/', ' - ').replace(/\.[^.]*$/, '');
  const short = [...plain].slice(-longestName).join('');
  const name = short === plain && !taken.has(plain.toLowerCase()) ? plain : `${short} ${hash.slice(0, 12)}`;
  taken.add(name.toLowerCase());
  return name;
}

/** Pictures among the images would be images, and among other pictures nobody would know which are which. */
async function refuseFolder(store: MaskStore, folder: string): Promise<void> {
  const path = resolve(folder);
  if (isWithin(store.imageRoot, path) && !isWithin(store.folder, path)) throw amongImages(store, path);
  const names = await readdir(path).catch(() => []);
  if (names.length === 0) return;
  throw fail({ code: 'OUTPUT_EXISTS', what: 'The folder is not empty', where: path, advice: 'Choose another, or remove it' }); // prettier-ignore
}

function amongImages(store: MaskStore, where: string): FoveateError {
  return fail({
    code: 'CONFIG_INVALID',
    what: 'The folder lies among the images, and pictures in it would be taken for some',
    where,
    expected: `a folder outside of ${store.imageRoot}`,
    advice: 'Choose another',
  });
}
