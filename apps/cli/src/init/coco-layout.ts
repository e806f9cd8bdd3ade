/** Images with outlines in the JSON of COCO. */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Folder } from './folder.js';
import type { Layout, Recognised } from './layout.js';

/** Larger files are not opened to see whether they are annotations. */
const largest = 256 * 2 ** 20;

interface Annotations {
  readonly file: string;
  readonly images: readonly string[];
  readonly masks: boolean;
  readonly boxes: boolean;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

async function read(file: string): Promise<Annotations | undefined> {
  if ((await stat(file)).size > largest) return undefined;
  let value: unknown;
  try {
    value = JSON.parse((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const { images, annotations, categories } = value;
  if (!Array.isArray(images) || !Array.isArray(annotations) || !Array.isArray(categories)) return undefined;
  const names = images.filter(isRecord).map(({ file_name }) => String(file_name));
  const outlined = ({ segmentation }: Record<string, unknown>): boolean =>
    Array.isArray(segmentation) ? segmentation.length > 0 : isRecord(segmentation);
  const shapes = annotations.filter(isRecord);
  return { file, images: names, masks: shapes.some(outlined), boxes: shapes.some((shape) => !outlined(shape)) };
}

/** The folder from which the first image of the file is found: beside it, in the data set, or in one of its folders. */
async function rootOf({ file, images: [first] }: Annotations, folder: Folder): Promise<string | undefined> {
  if (first === undefined) return undefined;
  const children = (await folder.children()).map(({ path }) => path);
  const nested = children.map((path) => join(path, 'images'));
  for (const path of [dirname(file), folder.path, ...children, ...nested]) {
    if ((await stat(join(path, first)).catch(() => undefined)) !== undefined) return path;
  }
  return undefined;
}

const splits = [['train', /train/i], ['validation', /val/i], ['test', /test/i]] as const; // prettier-ignore

/** The split that the name of a file, or of the folder it lies in, speaks of. */
function splitOf(file: string, folder: Folder): string | undefined {
  const name = relative(folder.path, file);
  return splits.find(([, words]) => words.test(name))?.[0];
}

/** COCO: one annotation file, or one for each split whose images lie in one folder. */
export const cocoLayout: Layout = {
  id: 'coco',
  looks: 'annotations in the JSON of COCO, beside the images, in annotations/ or in the folder of a split',
  recognise: async (folder): Promise<Recognised | undefined> => {
    const found: (Annotations & { readonly root: string })[] = [];
    for (const place of [folder, ...(await folder.children())]) {
      for (const name of await place.files()) {
        const annotations = /\.json$/i.test(name) ? await read(join(place.path, name)) : undefined;
        const root = annotations && (await rootOf(annotations, folder));
        if (annotations !== undefined && root !== undefined) found.push({ ...annotations, root });
      }
    }
    const [first] = found;
    if (first === undefined) return undefined;
    const together = found.filter(({ root }) => root === first.root);
    const named = together.map(({ file }) => ({ file, split: splitOf(file, folder) }));
    const prescribed = named.length > 1 && named.every(({ split }) => split !== undefined);
    const left = found.filter(({ root }) => root !== first.root).map(({ file }) => relative(folder.path, file).split(sep).join('/')); // prettier-ignore
    return {
      root: first.root,
      source: {
        id: 'coco',
        annotations: named.length === 1 ? first.file : prescribed ? named : named.map(({ file }) => ({ file })),
        ...(together.some(({ boxes }) => boxes) ? { boxes: true } : {}),
      },
      masks: together.some(({ masks, boxes }) => masks || boxes),
      ...(prescribed && named.some(({ split }) => split === 'test') ? { split: { id: 'source' } } : {}),
      found: `annotations in the JSON of COCO: ${together.map(({ file }) => basename(file)).join(', ')}${left.length > 0 ? `; left out, since their images lie elsewhere: ${left.join(', ')}` : ''}`,
    };
  },
};
