/** Which images lack a mask. */
import type { MaskKind, MaskStore } from './mask-store.js';
import type { ScannedImage } from './scan-images.js';

/** How many images have an accepted mask of one kind and name. */
export interface Coverage {
  /** Images, each content counted once. */
  readonly images: number;
  readonly covered: number;
  /** Paths of those without, one of each content, in the order given. */
  readonly missing: readonly string[];
}

/** Counts the images that have an accepted mask. @param files as `scanImages` has them */
export function coverage(
  store: MaskStore,
  files: Iterable<ScannedImage>,
  { kind, name }: { readonly kind: MaskKind; readonly name: string },
): Coverage {
  const seen = new Set<string>();
  const missing: string[] = [];
  for (const { hash: image, path } of files) {
    if (seen.has(image)) continue;
    seen.add(image);
    if (store.find({ image, kind, name })?.status !== 'accepted') missing.push(path);
  }
  return { images: seen.size, covered: seen.size - missing.length, missing };
}
