/** Which format a file or folder is of, by names and first bytes. */
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '@foveate/contracts';
import { decodeText, openRegular } from '@foveate/contracts/node';
import { unreadable } from './files/open.js';
import { formats } from './formats/formats.js';
import type { Format } from './formats/format.js';

/** Bytes that are looked at, at the beginning of a file and at its end: keys may stand behind all objects. */
const lookedAt = 2 ** 16;

/** Names in a folder that are looked at. */
const mostNames = 2000;

/** Folders in each other that are looked into. */
const deepest = 4;

/**
 * The format of annotations, where names and first bytes leave no doubt.
 * @param path of a file or folder
 * @throws FoveateError `PATH_MISSING`, or `CONFIG_INVALID` listing the formats when none or several are possible
 */
export async function guessFormat(path: string): Promise<Format> {
  const found = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const ids = found.isDirectory() ? await ofFolder(path) : await ofFile(path);
  const possible = formats.filter(({ id }) => ids.includes(id));
  const [format, other] = possible;
  if (format !== undefined && other === undefined) return format;
  const names = (some: readonly Format[]) => some.map(({ id }) => id).join(', ');
  throw fail({
    code: 'CONFIG_INVALID',
    what: 'It cannot be told of which format the annotations are',
    where: path,
    expected: `one of ${names(formats)}`,
    got: possible.length === 0 ? 'what looks like none of them' : `what may be ${names(possible)}`,
    advice: 'Name the format',
  });
}

async function ofFolder(path: string): Promise<readonly string[]> {
  const { files, folders } = await namesIn(path);
  const has = (name: string) => files.includes(name);
  const ends = (ending: RegExp) => files.find((name) => ending.test(name));
  if (['SegmentationClass', 'JPEGImages'].some((name) => folders.includes(name)) || has('labelmap.txt')) return ['voc'];
  if (has('legend.json')) return ['png'];
  if (folders.includes('labels') || has('classes.txt') || has('data.yaml') || has('data.yml')) return ['yolo'];
  const json = ends(/\.json$/i);
  if (json !== undefined) return (await ofFile(join(path, json))).filter((id) => id === 'labelme');
  if (ends(/\.(?:xml|txt)$/i) !== undefined) return [];
  if (ends(/\.png$/i) !== undefined) return ['png'];
  return nested(path, folders, deepest);
}

/** A folder for each label, or for each part of the images: the first file that is found further down decides. */
async function nested(path: string, folders: readonly string[], depth: number): Promise<readonly string[]> {
  for (const folder of depth === 0 ? [] : folders) {
    const inner = join(path, folder);
    const within = await namesIn(inner);
    const json = within.files.find((name) => /\.json$/i.test(name));
    if (json !== undefined) return (await ofFile(join(inner, json))).filter((id) => id === 'labelme');
    if (within.files.some((name) => /\.png$/i.test(name))) return ['png'];
    const found = await nested(inner, within.folders, depth - 1);
    if (found.length > 0) return found;
  }
  return [];
}

async function ofFile(path: string): Promise<readonly string[]> {
  const text = await endsOf(path);
  const begins = text.slice(0, 2000).replace(/^\uFEFF/, '').trimStart(); // prettier-ignore
  const has = (...keys: readonly string[]) => keys.every((key) => new RegExp(`"${key}"\\s*:`).test(text));
  if (begins.startsWith('<')) return /<annotations[\s>]/.test(text) ? ['cvat'] : [];
  if (begins.startsWith('[')) return has('annotations') || has('data') ? ['label-studio'] : [];
  if (!begins.startsWith('{')) return [];
  if (has('shapes') && (has('imagePath') || has('imageHeight'))) return ['labelme'];
  const isVia = text.includes('"_via_') || has('shape_attributes') || has('filename', 'regions');
  const isCoco = has('images', 'annotations') || has('categories') || has('image_id') || has('file_name');
  return [...(isVia ? ['via'] : []), ...(isCoco ? ['coco'] : [])];
}

/** The beginning of a file and its end. */
async function endsOf(path: string): Promise<string> {
  const file = await openRegular(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  try {
    const { size } = await file.stat();
    const part = async (from: number) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(lookedAt), 0, lookedAt, from);
      return decodeText(buffer.subarray(0, bytesRead));
    };
    const begin = await part(0);
    return size > lookedAt ? `${begin}\n${await part(Math.max(lookedAt, size - lookedAt))}` : begin;
  } finally {
    await file.close();
  }
}

/** Names of the first files and folders, in order. */
async function namesIn(
  path: string,
): Promise<{ readonly files: readonly string[]; readonly folders: readonly string[] }> {
  // prettier-ignore
  const [files, folders]: [string[], string[]] = [[], []];
  try {
    for await (const entry of await opendir(path)) {
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) folders.push(entry.name);
      else if (entry.isFile()) files.push(entry.name);
      if (files.length + folders.length >= mostNames) break;
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
  return { files: files.sort(), folders: folders.sort() };
}
