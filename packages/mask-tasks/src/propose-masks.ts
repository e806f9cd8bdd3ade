/** Has a network mark the images of a store that lack an accepted mask. */
import type { Raster, Skip } from '@foveate/contracts';
import { maskArea, readImage, readImageHeader } from '@foveate/image';
import { hashImageFile, type MaskStore, type NewMask, type StoredImage } from '@foveate/mask-store';
import { openSegmenter, requireAreas, type Proposals, type Segmenter, type SegmenterOptions } from '@foveate/propose';
import { basename, join } from 'node:path';
import { task, type Task, type TaskContext, type TaskOptions } from '@foveate/contracts/task';
import { isOfOneImage, LeftOuts, type LeftOut } from './left-out.js';
import { someImages } from './root-images.js';

/** How masks are proposed. */
export interface ProposeMasksOptions extends Pick<SegmenterOptions, 'finish'> {
  /** Images that are meant, globs below the image root; left out: all. */
  readonly globs?: readonly string[];
  /** Names of the areas; left out: all that the network knows. */
  readonly areas?: readonly string[] | undefined;
  /** True: also where the store has an accepted mask, which is then only proposed no more. */
  readonly replace?: boolean;
  /** Whether it is only said what would be proposed. */
  readonly dryRun?: boolean;
}

/** What was proposed for one image. */
export interface ProposedImage {
  /** Below the image root. */
  readonly path: string;
  /** By the name of the area: IoU to be expected, and share of the image that is inside, both in [0, 1]. */
  readonly areas: Readonly<Record<string, { readonly confidence: number; readonly inside: number }>>;
  /** The lowest of its areas. */
  readonly confidence: number;
}

/** What a network proposed. */
export interface ProposedMasks {
  /** The least certain first. */
  readonly images: readonly ProposedImage[];
  /** Images whose areas are all accepted, or were proposed by this network before. */
  readonly done: number;
  /** Images that cannot be read. */
  readonly leftOut: LeftOut;
  /** Folder and hash of the network, as the masks say where they are from. */
  readonly network: string;
}

/** Images that are decoded and given to the network at once. */
const atOnce = 16;

/**
 * Proposals are put image by image: stopped, it goes on where it was. A mask that was accepted stays; what the same network
 * has proposed before, whatever was said of it, is not proposed again.
 * @param network folder in which a segmenter was trained, or its file
 * @throws FoveateError (when it is awaited) as `openSegmenter`, and as `MaskStore.put` does when it cannot write
 */
export function proposeMasks(
  store: MaskStore,
  network: string,
  options: ProposeMasksOptions & TaskOptions = {},
): Task<ProposedMasks> {
  return task(async (context) => {
    const segmenter = await openSegmenter(network, { finish: options.finish });
    try {
      requireAreas(options.areas ?? [], segmenter, network);
      const detail = `${basename(network)} ${segmenter.hash.slice(0, 12)}`;
      return await proposing({ store, segmenter, options, detail }, context);
    } finally {
      segmenter.close();
    }
  }, options);
}

interface Work {
  readonly store: MaskStore;
  readonly segmenter: Segmenter;
  readonly options: ProposeMasksOptions;
  readonly detail: string;
}

async function proposing(work: Work, { signal, progress }: TaskContext): Promise<ProposedMasks> {
  const { store, segmenter, options, detail } = work;
  const paths = await someImages(store, options.globs);
  const images: ProposedImage[] = [];
  const leftOut = new LeftOuts();
  let done = 0;
  for (let start = 0; start < paths.length; start += atOnce) {
    signal.throwIfAborted();
    const read = await Promise.all(paths.slice(start, start + atOnce).map((path) => wantedImage(work, path)));
    const wanted: WantedImage[] = [];
    for (const one of read) {
      if (one === undefined) done++;
      else if ('reason' in one) leftOut.add(one);
      else wanted.push(one);
    }
    const proposals = await segmenter.proposeAll(wanted.map(({ raster }) => raster));
    for (const one of await Promise.all(wanted.map((image, index) => kept(work, image, proposals[index] ?? {})))) {
      if ('reason' in one) leftOut.add(one);
      else images.push(one);
    }
    progress('images marked', Math.min(paths.length, start + atOnce), paths.length);
  }
  images.sort((a, b) => a.confidence - b.confidence || (a.path < b.path ? -1 : 1));
  return { images, done, leftOut: leftOut.toJSON(), network: detail };
}

/** An image that lacks masks. */
interface WantedImage {
  readonly image: StoredImage;
  readonly raster: Raster;
  /** Names of the areas. */
  readonly areas: readonly string[];
}

/** @returns undefined when there is nothing to propose, a skip for an image that cannot be read */
async function wantedImage(work: Work, path: string): Promise<WantedImage | Skip | undefined> {
  const { store, segmenter, options } = work;
  const file = join(store.imageRoot, path);
  try {
    const hash = await hashImageFile(file);
    const areas = (options.areas ?? segmenter.areas).filter((name) => isWanted(work, hash, name));
    if (areas.length === 0) return undefined;
    const { width, height } = await readImageHeader(file);
    return { image: { hash, width, height, path }, raster: await readImage(file), areas };
  } catch (error) {
    if (!isOfOneImage(error)) throw error;
    return { path, reason: error.parts.reason ?? 'image-invalid', message: error.message };
  }
}

function isWanted({ store, options, detail }: Work, image: string, name: string): boolean {
  const before = store.find({ image, kind: 'area', name });
  if (before === undefined) return true;
  if (before.status === 'accepted') return options.replace === true;
  return before.provenance.detail !== detail;
}

async function kept(
  { store, options, detail }: Work,
  { image, areas }: WantedImage,
  proposals: Proposals,
): Promise<ProposedImage | Skip> {
  const found = areas.flatMap((name) => (proposals[name] === undefined ? [] : [{ name, ...proposals[name] }]));
  const masks = found.map(({ name, mask, confidence }): NewMask => ({
    kind: 'area',
    name,
    mask,
    status: 'proposed',
    provenance: { source: 'network', detail, confidence },
  }));
  try {
    if (options.dryRun !== true) await store.put(image, masks, { keepAccepted: options.replace !== true });
  } catch (error) {
    if (!isOfOneImage(error)) throw error;
    return { path: image.path, reason: error.parts.reason ?? 'image-invalid', message: error.message };
  }
  const pixels = image.width * image.height;
  const told = found.map(
    ({ name, mask, confidence }) => [name, { confidence, inside: maskArea(mask) / pixels }] as const,
  );
  const confidence = Math.min(...found.map((one) => one.confidence));
  return { path: image.path, areas: Object.fromEntries(told), confidence };
}
