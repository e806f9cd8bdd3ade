/** Images in one folder, masks of the same names in another. */
import { maskArea, readMask } from '@foveate/image';
import { join } from 'node:path';
import { meansGood, type Folder } from './folder.js';
import type { Layout, Recognised } from './layout.js';

const imageFolders = ['images', 'image', 'imgs', 'img', 'Images', 'JPEGImages'];
const maskFolders = ['masks', 'mask', 'ground_truth', 'gt', 'annotations', 'labels', 'Masks', 'SegmentationClass'];

const stemOf = (name: string): string => name.replace(/\.[^.]+$/, '').normalize();

async function firstAt(folder: Folder, names: readonly string[]): Promise<Folder | undefined> {
  for (const name of names) {
    const found = await folder.at(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The ending, with what stands before the dot, that makes the name of a mask from that of its image. */
async function maskEnding(images: Folder, masks: Folder): Promise<string | undefined> {
  const [names, maskNames] = [await images.images(), await masks.images()];
  for (const name of names) {
    const stem = stemOf(name);
    const mask = maskNames.find((other) => stemOf(other) === stem || /^[_-](mask|GT|gt|label|seg)$/.test(stemOf(other).slice(stem.length))); // prettier-ignore
    if (mask !== undefined && stemOf(mask).startsWith(stem)) return mask.slice(stem.length);
  }
  return undefined;
}

/** A list of images with their masks: an image is defective when its mask is there and holds anything. */
async function listOf(images: Folder, masks: Folder, ending: string): Promise<string> {
  const there = new Set(await masks.images());
  const quoted = (text: string): string => (/[",\n;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows: string[] = [];
  for (const name of await images.images()) {
    const mask = stemOf(name) + ending;
    const area = there.has(mask) ? maskArea(await readMask(join(masks.path, mask), { threshold: 0 })) : 0;
    rows.push(`${quoted(`${images.name}/${name}`)},${area > 0 ? quoted(`${masks.name}/${mask}`) : ''}`);
  }
  return `image,mask\n${rows.join('\n')}\n`;
}

async function perClass(folder: Folder, images: Folder, masks: Folder): Promise<Recognised | undefined> {
  const classes = await images.folders();
  const good = classes.find(meansGood);
  if (good === undefined || classes.length < 2) return undefined;
  let mask: string | undefined;
  const entries: Record<string, unknown>[] = [];
  for (const name of classes) {
    const [here, there] = [await images.at(name), await masks.at(name)];
    mask ??= here !== undefined && there !== undefined ? await maskEnding(here, there) : undefined;
    entries.push({ pattern: `${images.name}/${name}/*`, type: name === good ? 'good' : name });
  }
  if (mask === undefined) return undefined;
  const replacement = { replace: `^${images.name}/(.*)\\.[^.]+$`, with: `${masks.name}/$1${mask}` };
  return {
    root: folder.path,
    source: {
      id: 'globs',
      images: entries.map((entry) => (entry['type'] === 'good' ? entry : { ...entry, mask: replacement })),
      ignore: [`${masks.name}/**`],
    },
    masks: true,
    found: `images and masks in folders of their own, with a folder per class: ${classes.join(', ')}`,
  };
}

/** `images/x.png` with `masks/x.png`, and the same with a folder per class within both. */
export const masksFolderLayout: Layout = {
  id: 'manifest',
  looks: 'images/x.png with masks/x.png (an empty or missing mask means good); also with a folder per class in both',
  recognise: async (folder) => {
    const [images, masks] = [await firstAt(folder, imageFolders), await firstAt(folder, maskFolders)];
    if (images === undefined || masks === undefined) return undefined;
    const ending = await maskEnding(images, masks);
    if (ending === undefined) return perClass(folder, images, masks);
    return {
      root: folder.path,
      list: await listOf(images, masks, ending),
      source: { id: 'manifest', columns: { type: null }, maskThreshold: 0 },
      masks: true,
      found: `images in ${images.name}, masks in ${masks.name}; the list says which masks are not empty`,
    };
  },
};
