/** Puts masks that are made for each image onto many images. */
import { identifyImage } from '@foveate/mask-store';
import type { MaskSource, MaskStore, NewMask, StoredImage } from '@foveate/mask-store';
import type { TaskContext } from '@foveate/contracts/task';
import type { MaskName } from './label-rules.js';
import { isOfOneImage, LeftOuts, type LeftOut } from './left-out.js';
import { MaskCounts, putMasks, type MaskCount } from './put-masks.js';
import { someImages } from './root-images.js';

/** What was put onto images. */
export interface PlacedMasks {
  /** Number of images that have got masks, or had them already. */
  readonly images: number;
  readonly masks: readonly MaskCount[];
  /** Number of masks that were accepted before, and stay. */
  readonly kept: number;
  readonly leftOut: LeftOut;
}

/** Which masks are put, and onto which images. */
export interface Placing {
  readonly masks: readonly MaskName[];
  readonly source: MaskSource;
  readonly status: NewMask['status'];
  /** Of paths below the image root. None: all images. */
  readonly globs?: readonly string[] | undefined;
  /** Hash of an image that is passed over. */
  readonly except?: string;
  readonly dryRun?: boolean | undefined;
  /** What progress counts images as. */
  readonly done: string;
  /**
   * @param names of the masks that are wanted for this image
   * @param leaveOut tells of a mask that is not made
   * @throws FoveateError `DATA_INVALID` or `PATH_MISSING` to leave the image out
   */
  readonly make: (
    image: StoredImage,
    names: readonly MaskName[],
    leaveOut: (reason: string, message: string) => void,
  ) => Promise<readonly Pick<NewMask, 'kind' | 'name' | 'mask' | 'provenance'>[]>;
}

/**
 * Makes masks for each image and puts them into the store, image by image. What is accepted stays as it is, unless the same
 * source accepts something else.
 * @throws FoveateError `CONFIG_INVALID` where no image is meant, and as `MaskStore.put` does when it cannot write
 */
export async function putOnImages(
  store: MaskStore,
  { masks, source, status, globs = [], except, dryRun = false, done, make }: Placing,
  { progress, signal }: TaskContext,
): Promise<PlacedMasks> {
  const paths = await someImages(store, globs);
  const leftOut = new LeftOuts();
  const counts = new MaskCounts();
  const seen = new Set(except === undefined ? [] : [except]);
  let [images, kept] = [0, 0];
  for (const [at, path] of paths.entries()) {
    signal.throwIfAborted();
    try {
      const image = await identifyImage(store.imageRoot, path);
      const wanted = seen.has(image.hash) ? [] : masks.filter((one) => !isKept(image, one));
      if (!seen.has(image.hash)) kept += masks.length - wanted.length;
      seen.add(image.hash);
      const made = wanted.length === 0 ? [] : await make(image, wanted, (reason, message) => leftOut.add({ path, reason, message })); // prettier-ignore
      if (made.length > 0) {
        counts.add(await putMasks(store, image, made.map((one) => ({ ...one, status })), { dryRun, keepAccepted: status !== 'accepted' })); // prettier-ignore
        images++;
      }
    } catch (error) {
      if (!isOfOneImage(error)) throw error;
      leftOut.add({ path, reason: error.parts.reason ?? 'image-invalid', message: error.message });
    }
    progress(done, at + 1, paths.length);
  }
  return { images, masks: counts.list, kept, leftOut: leftOut.toJSON() };

  function isKept({ hash }: StoredImage, { kind, name }: MaskName): boolean {
    const before = store.find({ image: hash, kind, name });
    const isReplaced = status === 'accepted' && before?.provenance.source === source;
    return before?.status === 'accepted' && !isReplaced;
  }
}
