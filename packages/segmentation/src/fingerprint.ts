/** What a training's numbers depend on, as one hash. */
import { createHash } from 'node:crypto';
import type { PreparedImage } from './training-image.js';

/** SHA-256 over settings and the pixels of images and masks, hexadecimal. */
export function fingerprintOf(config: unknown, images: readonly PreparedImage[]): string {
  const hash = createHash('sha256').update(JSON.stringify(config));
  for (const { id, group, image, masks } of images) {
    hash.update(JSON.stringify([id, group, image.width, image.height])).update(image.data);
    for (const { data } of masks) hash.update(data);
  }
  return hash.digest('hex');
}
