/** Images and masks for specs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Mask } from '@foveate/contracts';
import { encodePng } from '@foveate/image';
import type { NewMask } from '../mask-store.js';

/** A mask of `#` inside and `.` outside. */
export function drawn(...rows: readonly string[]): Mask {
  const text = rows.join('');
  const data = Uint8Array.from(text, (sign) => (sign === '#' ? 255 : 0));
  return { width: rows[0]?.length ?? 0, height: rows.length, channels: 1, data };
}

/** A grey image of 4 x 2 pixels. */
export async function writeImage(root: string, path: string, grey: number): Promise<void> {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  const data = new Uint8Array(24).fill(grey);
  writeFileSync(file, await encodePng({ width: 4, height: 2, channels: 3, data }));
}

/** A mask to be put on such an image. */
export function teeth(mask: Mask, parts: Partial<NewMask> = {}): NewMask {
  return { kind: 'area', name: 'teeth', status: 'proposed', provenance: { source: 'manual', author: 'anna' }, mask, ...parts }; // prettier-ignore
}
