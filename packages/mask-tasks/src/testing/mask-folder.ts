import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Mask, Raster } from '@foveate/contracts';
import { encodePng } from '@foveate/image';
import { createMaskStore, identifyImage, type MaskEntry, type MaskStore, type NewMask } from '@foveate/mask-store';

/** Images of 12 x 8 pixels in a folder, and a store for them. */
export class MaskFolder {
  readonly root = mkdtempSync(join(tmpdir(), 'foveate-mask-tasks-'));
  store!: MaskStore;

  /** @param images paths below `images` */
  static async make(...images: readonly string[]): Promise<MaskFolder> {
    const folder = new MaskFolder();
    mkdirSync(folder.at('images'));
    for (const [at, path] of images.entries()) {
      const data = new Uint8Array(12 * 8).fill(at + 1);
      await folder.picture(`images/${path}`, { width: 12, height: 8, channels: 1, data });
    }
    folder.store = await createMaskStore(folder.at('store'), { images: folder.at('images') });
    return folder;
  }

  at(path: string): string {
    return join(this.root, path);
  }

  put(path: string, content: string | Uint8Array): string {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), content);
    return this.at(path);
  }

  json(path: string, value: unknown): string {
    return this.put(path, JSON.stringify(value));
  }

  async picture(path: string, image: Raster): Promise<string> {
    return this.put(path, await encodePng(image));
  }

  async putMask(path: string, mask: Omit<NewMask, 'status' | 'provenance'> & Partial<NewMask>): Promise<void> {
    const image = await identifyImage(this.store.imageRoot, path);
    await this.store.put(image, [{ status: 'accepted', provenance: { source: 'manual' }, ...mask }]);
  }

  /** Newest masks as `path kind name status inside`. */
  lines(): readonly string[] {
    const line = ({ image, kind, name, status, inside }: MaskEntry) =>
      [this.store.image(image)?.path, kind, name, status, inside].join(' ');
    return [...this.store.entries()].map(line).sort();
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}

/** A mask of 12 x 8 pixels with a box inside. */
export function box(left: number, top: number, right: number, bottom: number): Mask {
  const data = new Uint8Array(12 * 8);
  for (let y = top; y < bottom; y++) data.fill(255, 12 * y + left, 12 * y + right);
  return { width: 12, height: 8, channels: 1, data };
}

/** COCO of such images: boxes by file name. */
export function coco(
  files: readonly (readonly [file: string, ...boxes: readonly (readonly [label: string, ...box: number[]])[]])[],
  size: readonly [number, number] = [12, 8],
): object {
  const labels = [...new Set(files.flatMap(([, ...boxes]) => boxes.map(([label]) => label)))];
  const outline = ([x0, y0, x1, y1]: readonly number[]) => [x0, y0, x1, y0, x1, y1, x0, y1];
  return {
    images: files.map(([file_name], at) => ({ id: at + 1, file_name, width: size[0], height: size[1] })),
    categories: labels.map((name, at) => ({ id: at + 1, name })),
    annotations: files.flatMap(([, ...boxes], image) =>
      boxes.map(([label, ...box], at) => ({
        id: 1000 * image + at,
        image_id: image + 1,
        category_id: labels.indexOf(label) + 1,
        segmentation: [outline(box)],
      })),
    ),
  };
}
