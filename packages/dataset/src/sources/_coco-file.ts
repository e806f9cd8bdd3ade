/** Annotation files of COCO. They join images and annotations by number, so that they are read as a whole. */
import { fail, type Skip } from '@foveate/contracts';
import { decodeText, readRegularFile } from '@foveate/contracts/node';
import { boxOf, shapeOf, tooMany, type Shape } from './_coco-shapes.js';
import { Lookup, textOf, type Entry } from './_coco-ids.js';

/** An image and what is drawn on it. */
export interface CocoImage {
  /** Path as the file has it. */
  readonly path: string;
  /** Size that the file says; undefined where it says none. */
  readonly size: readonly [width: number, height: number] | undefined;
  readonly shapes: readonly { readonly category: string; readonly shape: Shape }[];
  /** Categories of annotations without outline. */
  readonly bare: readonly string[];
  /** Why it cannot be used: what is annotated on it is not known. */
  readonly wrong: string | undefined;
}

/** What a file holds. */
export interface CocoFile {
  readonly categories: readonly string[];
  readonly images: readonly CocoImage[];
  /** Entries that belong to no image. */
  readonly skips: readonly Skip[];
}

/** Bytes of a file at most: the text that Node can hold. */
const mostBytes = 2 ** 29 - 64;

/**
 * Reads a file. An annotation that cannot be read makes its image unusable and no other.
 * @param boxes whether the box of an annotation without outline counts as its outline
 * @throws FoveateError `PATH_MISSING` or `DATA_INVALID` naming the file and the place in it
 */
export async function readCoco(path: string, boxes: boolean): Promise<CocoFile> {
  const json = await parse(path);
  const skips: Skip[] = [];
  const images = new Lookup<Draft>('image', path);
  for (const [place, entry] of entriesOf(json, 'images', path)) {
    const [id, name] = [textOf(entry['id']), entry['file_name']];
    if (id === undefined || typeof name !== 'string' || name === '') {
      const message = `${place} has no ${id === undefined ? 'id' : 'file_name'}`;
      skips.push({ path: `${path} ${place}`, reason: 'annotation-invalid', message });
    } else images.add(id, place, { name, size: sizeOf(entry), shapes: [], bare: [], wrong: undefined });
  }
  const categories = new Lookup<string>('category', path);
  for (const [place, entry] of entriesOf(json, 'categories', path)) {
    const [id, name] = [textOf(entry['id']), textOf(entry['name'])];
    // Annotations of it name a category that is not there.
    if (id !== undefined && name !== undefined && name !== '') categories.add(id, place, name);
  }
  for (const [place, entry] of entriesOf(json, 'annotations', path)) {
    const image = images.get(entry['image_id']);
    if (image === undefined) {
      const message = `There is no image ${told(entry['image_id'])} in the file for ${place}`;
      skips.push({ path: `${path} ${place}`, reason: 'annotation-without-image', message });
    } else annotate(image, place, entry, { boxes, category: categories.get(entry['category_id']) });
  }
  return { categories: [...categories.values()], images: [...images.values()].map(finished), skips };
}

interface Draft {
  readonly name: string;
  readonly size: CocoImage['size'];
  readonly shapes: { readonly category: string; readonly shape: Shape }[];
  readonly bare: string[];
  wrong: string | undefined;
}

function annotate(
  image: Draft,
  place: string,
  entry: Entry,
  { boxes, category }: { readonly boxes: boolean; readonly category: string | undefined },
): void {
  if (category === undefined) {
    image.wrong ??= `${place} is of a category ${told(entry['category_id'])}, which is not in the file`;
    return;
  }
  const reading = shapeOf(entry['segmentation']);
  if (reading !== undefined && 'wrong' in reading) {
    image.wrong ??= `${place}: ${reading.wrong}`;
    return;
  }
  const shape = reading?.shape ?? (boxes ? boxOf(entry['bbox']) : undefined);
  if (shape === undefined) image.bare.push(category);
  else image.shapes.push({ category, shape });
}

function finished({ name: path, size, shapes, bare, wrong }: Draft): CocoImage {
  return { path, size, shapes, bare, wrong: wrong ?? tooMany(shapes) };
}

function sizeOf({ width, height }: Entry): CocoImage['size'] {
  return isSide(width) && isSide(height) ? [width, height] : undefined;
}

function isSide(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

/** An id in a message; anything may stand there. */
function told(id: unknown): string {
  return textOf(id) ?? (id === undefined ? 'without id' : 'whose id is no number or text');
}

/** The entries of one of the lists, with their places. */
function* entriesOf(json: Entry, key: string, path: string): Generator<readonly [place: string, entry: Entry]> {
  const list = json[key];
  if (!Array.isArray(list)) {
    throw invalid(path, key, `The file is not of COCO: it has no list '${key}'`);
  }
  for (const [index, entry] of (list as readonly unknown[]).entries()) {
    yield [`${key}[${index}]`, typeof entry === 'object' && entry !== null ? (entry as Entry) : {}];
  }
}

async function parse(path: string): Promise<Entry> {
  let bytes: Uint8Array;
  try {
    bytes = await readRegularFile(path, mostBytes);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    if (code === 'EFBIG') throw invalid(path, '', 'The annotation file is too large', cause);
    const advice = 'Check the path, which is relative to the configuration file; it must be a regular file';
    throw fail({ code: 'PATH_MISSING', what: 'The annotation file cannot be read', where: path, got: code, advice, cause }); // prettier-ignore
  }
  let json: unknown;
  try {
    json = JSON.parse(decodeText(bytes));
  } catch (cause) {
    throw invalid(path, '', `The file is not JSON: ${String(cause).replace('SyntaxError: ', '')}`, cause);
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Entry;
  throw invalid(path, '', 'The file is not of COCO: it is no object');
}

function invalid(path: string, place: string, what: string, cause?: unknown) {
  const large = (cause as NodeJS.ErrnoException | undefined)?.code === 'EFBIG';
  return fail({
    code: 'DATA_INVALID',
    what,
    where: `${path} ${place}`.trim(),
    ...(large ? { expected: `at most ${mostBytes} bytes` } : {}),
    advice: large
      ? 'Divide it into several files and list them under annotations'
      : 'Export instances as COCO JSON: images, categories and annotations',
    cause,
  });
}
