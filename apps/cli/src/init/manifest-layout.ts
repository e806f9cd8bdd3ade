/** Lists of images: CSV with a header, or JSON Lines. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Layout, Recognised } from './layout.js';

/** What columns are called, in small letters without spaces and underscores; the first is the name that needs no mention. */
const columnNames: Readonly<Record<string, readonly string[]>> = {
  image: ['image', 'file', 'filename', 'path', 'filepath', 'imagepath', 'imagename', 'name', 'img'],
  type: ['type', 'label', 'class', 'defect', 'defecttype', 'category', 'verdict', 'target', 'result'],
  mask: ['mask', 'masks', 'maskpath', 'maskfile', 'segmentation'],
  aoi: ['aoi', 'roi'],
  split: ['split', 'subset', 'fold', 'set'],
  group: ['group', 'part', 'partid', 'serial', 'lot', 'batch'],
};

async function start(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(65536), 0, 65536, 0);
    return buffer
      .subarray(0, bytesRead)
      .toString('utf8')
      .replace(/^\uFEFF/, '');
  } finally {
    await handle.close();
  }
}

interface Head {
  readonly names: readonly string[];
  readonly delimiter?: string;
}

/** Column names of a list; undefined when it has none. */
function headOf(name: string, text: string): Head | undefined {
  const [line = ''] = text.split(/\r?\n/);
  if (/\.(jsonl|ndjson)$/i.test(name)) {
    try {
      const row: unknown = JSON.parse(line);
      return typeof row === 'object' && row !== null ? { names: Object.keys(row) } : undefined;
    } catch {
      return undefined;
    }
  }
  const delimiter = [',', ';', '\t'].reduce((best, one) => (line.split(one).length > line.split(best).length ? one : best)); // prettier-ignore
  return { names: line.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1')), delimiter };
}

/** The columns by what they hold, as far as their names say so. */
function columnsOf(names: readonly string[]): Readonly<Record<string, string>> {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '');
  return Object.fromEntries(
    Object.entries(columnNames).flatMap(([column, words]) => {
      const name = words.map((word) => names.find((one) => plain(one) === word)).find((one) => one !== undefined);
      return name === undefined ? [] : [[column, name]];
    }),
  );
}

/** A list of images in a file of the folder. */
export const manifestLayout: Layout = {
  id: 'manifest',
  looks: 'a CSV or JSON Lines file whose header names columns such as image and type, or image and mask',
  recognise: async (folder): Promise<Recognised | undefined> => {
    for (const name of (await folder.files()).filter((one) => /\.(csv|tsv|jsonl|ndjson)$/i.test(one))) {
      const file = join(folder.path, name);
      const head = headOf(name, await start(file));
      const columns = columnsOf(head?.names ?? []);
      if (head === undefined || columns['image'] === undefined) continue;
      if (columns['type'] === undefined && columns['mask'] === undefined) continue;
      const renamed = Object.entries(columns).filter(([column, given]) => column !== given);
      const options = { ...Object.fromEntries(renamed), ...(columns['type'] === undefined ? { type: null } : {}) };
      return {
        root: folder.path,
        withoutRoot: true,
        source: {
          id: 'manifest',
          file,
          ...(Object.keys(options).length === 0 ? {} : { columns: options }),
          ...(head.delimiter === undefined || head.delimiter === ',' ? {} : { delimiter: head.delimiter }),
          ...(columns['mask'] === undefined ? { requireMasks: false } : {}),
        },
        masks: columns['mask'] !== undefined,
        ...(columns['aoi'] === undefined ? {} : { ownAreas: true }),
        ...(columns['split'] === undefined ? {} : { split: { id: 'source' } }),
        found: `a list of images, ${name}, with the columns ${head.names.join(', ')}`,
      };
    }
    return undefined;
  },
};
