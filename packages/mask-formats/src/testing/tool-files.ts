/** Images that files of annotation tools speak of, and what comes of such files. */
import { ImageFolder } from '../files/image-folder.js';
import type { Format, ReadOptions } from '../formats/format.js';
import { masksOf } from '../masks-of.js';
import { Folder, readAll } from './folder.js';
import { picture } from './masks.js';

/** Three images of 6 x 4 pixels, two of them of one name, and room for files. */
export class ToolFiles {
  readonly folder: Folder;
  readonly images: ImageFolder;

  private constructor(folder: Folder, images: ImageFolder) {
    this.folder = folder;
    this.images = images;
  }

  static async make(): Promise<ToolFiles> {
    const folder = await Folder.make();
    for (const path of ['a.png', 'train/b.png', 'val/b.png']) await folder.image(`img/${path}`, 6, 4);
    return new ToolFiles(folder, await ImageFolder.open(folder.at('img')));
  }

  /** The first image, its masks by label, and what is left out. */
  async masks(format: Format, path: string, options: ReadOptions = {}) {
    const { images, skips, reasons } = await readAll(format, path, { images: this.images, ...options });
    const [image] = images;
    const all = image === undefined ? [] : [...masksOf(image, { width: 6, height: 4 })];
    return { image, skips, reasons, masks: Object.fromEntries(all.map(([label, mask]) => [label, picture(mask)])) };
  }
}
