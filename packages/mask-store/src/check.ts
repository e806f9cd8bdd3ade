/** Whether all that a store says is true. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isFoveateError } from '@foveate/contracts';
import { maskArea } from '@foveate/image';
import type { FolderStore } from './_folder-store.js';
import { pixelsFolder, readPixels } from './_pixels.js';
import { openFolderStore } from './open.js';
import { compareImages } from './compare-images.js';
import type { StoredImage } from './mask-store.js';
import { scanImages } from './scan-images.js';

/** Something that {@link checkStore} found. */
export interface Finding {
  /**
   * Of problems: `pixels-missing`, `pixels-damaged`, `pixels-size`, `image-missing` (nowhere below the image root),
   * `image-changed` (another content at its path). Of notes: `image-renamed`, `image-copies` (one content at several paths,
   * which is one image), `pixels-unused` and `unfinished-line` (what an interrupted writer left; harmless).
   */
  readonly reason: string;
  /** File or image it is about. */
  readonly where: string;
  /** One sentence, without final full stop. */
  readonly message: string;
}

/** What {@link checkStore} found. */
export interface StoreCheck {
  readonly transactions: number;
  readonly images: number;
  readonly masks: number;
  readonly revisions: number;
  /** What is wrong. */
  readonly problems: readonly Finding[];
  /** What is worth knowing and harms nothing. */
  readonly notes: readonly Finding[];
  /** Images that were found at another path than the store says, as they are now. */
  readonly renamed: readonly StoredImage[];
}

/** Options of {@link checkStore}. */
export interface CheckOptions {
  /** Whether files of the image root are read. Default true. */
  readonly lookAtImages?: boolean;
  /** @param what `masks` or `images` */
  readonly onProgress?: (what: string, done: number, total: number) => void;
}

/**
 * Reads everything a store holds and every image below its root.
 * @throws FoveateError as `openMaskStore`: a damaged journal ends the check, and as `scanImages`
 */
export async function checkStore(
  folder: string,
  { lookAtImages = true, onProgress }: CheckOptions = {},
): Promise<StoreCheck> {
  const store = await openFolderStore(folder);
  const unfinished = await store.readOn();
  const problems: Finding[] = [];
  const notes: Finding[] = [];
  if (unfinished > 0) {
    const message = `Its last line is unfinished, ${String(unfinished)} bytes; the next change cuts it off`;
    notes.push({ reason: 'unfinished-line', where: store.journal.path, message });
  }
  const revisions = [...store.allRevisions()];
  const used = new Map(revisions.map((entry) => [entry.pixels, entry]));
  let done = 0;
  for (const [hash, { image, inside }] of used) {
    problems.push(...(await faultOfPixels(store, hash, image, inside)));
    onProgress?.('masks', ++done, used.size);
  }
  notes.push(...(await unusedPixels(store.folder, used)));
  const images = [...store.images()];
  const renamed: StoredImage[] = [];
  if (lookAtImages) {
    const scan = scanImages(store.imageRoot, {
      ignore: store.ignore,
      except: [store.folder],
      onProgress: (now, total) => onProgress?.('images', now, total),
    });
    const compared = await compareImages(images, scan);
    problems.push(...compared.problems);
    notes.push(...compared.notes);
    renamed.push(...compared.renamed);
  }
  const masks = [...store.entries()].length;
  const counts = { transactions: store.journal.lines, images: images.length, masks, revisions: revisions.length };
  return { ...counts, problems, notes, renamed };
}

async function faultOfPixels(store: FolderStore, hash: string, image: string, inside: number): Promise<Finding[]> {
  const where = `${pixelsFolder}/${hash.slice(0, 2)}/${hash}.png`;
  const { width = 0, height = 0 } = store.image(image) ?? {};
  try {
    const mask = await readPixels(store.folder, hash, width, height);
    const area = maskArea(mask);
    if (area === inside) return [];
    const message = `It has ${String(area)} pixels inside, the journal says ${String(inside)}`;
    return [{ reason: 'pixels-damaged', where, message }];
  } catch (error) {
    if (!isFoveateError(error)) throw error;
    const { what, expected, got = '' } = error.parts;
    const reason = error.parts.reason?.startsWith('pixels-') === true ? error.parts.reason : 'pixels-damaged';
    return [{ reason, where, message: `${what}: ${got}${expected === undefined ? '' : `, not ${expected}`}` }];
  }
}

/** Files that no revision needs. */
async function unusedPixels(folder: string, used: ReadonlyMap<string, unknown>): Promise<Finding[]> {
  const found: Finding[] = [];
  const top = join(folder, pixelsFolder);
  for (const part of (await readdir(top).catch(() => [])).sort()) {
    for (const name of (await readdir(join(top, part)).catch(() => [])).sort()) {
      if (name.endsWith('.png') && used.has(name.slice(0, -4))) continue;
      const message = 'No mask needs this file; a writer was interrupted. It can be deleted while nobody writes';
      found.push({ reason: 'pixels-unused', where: `${pixelsFolder}/${part}/${name}`, message });
    }
  }
  return found;
}
