/** What became of the images of a store. */
import type { Finding } from './check.js';
import type { StoredImage } from './mask-store.js';
import type { ScannedImage } from './scan-images.js';

/** What {@link compareImages} found. */
export interface ComparedImages {
  readonly problems: readonly Finding[];
  readonly notes: readonly Finding[];
  /** Images at other paths than before, as they are now. */
  readonly renamed: readonly StoredImage[];
}

/**
 * Looks for stored images among files. An image whose content lies at another path was renamed and keeps its masks; one
 * whose path holds another content, while its own is nowhere, was changed.
 */
export async function compareImages(
  stored: Iterable<StoredImage>,
  files: AsyncIterable<ScannedImage> | Iterable<ScannedImage>,
): Promise<ComparedImages> {
  const pathsOf = new Map<string, string[]>();
  const hashAt = new Map<string, string>();
  for await (const { path, hash } of files) {
    hashAt.set(path, hash);
    const paths = pathsOf.get(hash);
    if (paths === undefined) pathsOf.set(hash, [path]);
    else paths.push(path);
  }
  const problems: Finding[] = [];
  const notes: Finding[] = [];
  const renamed: StoredImage[] = [];
  for (const image of stored) {
    const { hash, path } = image;
    // Drawn, and never in a file.
    if (path === '') continue;
    const paths = pathsOf.get(hash) ?? [];
    const [first] = paths;
    if (first === undefined) problems.push(gone(image, hashAt.get(path)));
    else if (!paths.includes(path)) {
      notes.push({ reason: 'image-renamed', where: path, message: `It is ${first} now and keeps its masks` });
      renamed.push({ ...image, path: first });
    }
    if (paths.length > 1) {
      const message = `These files have the same content and so the same masks: ${paths.join(', ')}`;
      notes.push({ reason: 'image-copies', where: path, message });
    }
  }
  return { problems, notes, renamed };
}

function gone({ hash, path }: StoredImage, other: string | undefined): Finding {
  if (other === undefined) {
    return { reason: 'image-missing', where: path, message: 'No file below the image root has the content it had' };
  }
  const short = (text: string) => `${text.slice(0, 12)}…`;
  const message = `Its content has changed (${short(hash)} has masks, ${short(other)} is there now), so its masks may not fit`;
  return { reason: 'image-changed', where: path, message };
}
