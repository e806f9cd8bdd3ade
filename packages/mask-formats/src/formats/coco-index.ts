/** A first look at a file of COCO: what is in it, and where its annotations are. */
import { z } from 'zod';
import { checked, invalid } from '../files/invalid.js';
import { jsonElements } from '../files/json.js';
import type { Report } from '../model.js';

const id = z.union([z.number(), z.string()]);
const imageSchema = z.looseObject({
  id,
  file_name: z.string().min(1),
  width: z.int().min(1).optional(),
  height: z.int().min(1).optional(),
});
const categorySchema = z.looseObject({ id, name: z.string().min(1) });
const annotationSchema = z.looseObject({ image_id: id });

/** An image and the bytes of the file that its annotations are in. */
export interface IndexedImage {
  readonly file: string;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly place: string;
  /** First byte, last byte and number, in turn, of each annotation. */
  readonly spans: number[];
}

/** What a file holds, without the annotations themselves. */
export interface CocoIndex {
  readonly images: ReadonlyMap<string, IndexedImage>;
  /** Names by id. */
  readonly categories: ReadonlyMap<string, string>;
}

/** An id as a key: the number 1 and the text "1" are two. */
export function keyOf(value: unknown): string {
  return JSON.stringify(value);
}

/**
 * Goes through a file once.
 * @throws FoveateError `DATA_INVALID`, `PATH_MISSING`
 */
export async function indexCoco(path: string, report: Report): Promise<CocoIndex> {
  const images = new Map<string, IndexedImage>();
  const categories = new Map<string, string>();
  const spans = new Map<string, number[]>();
  let lists = 0;
  for await (const element of jsonElements(path, ['$.images.*', '$.categories.*', '$.annotations.*'])) {
    const [list, number] = element.path;
    const where = `${path} ${String(list)}[${String(number)}]`;
    lists++;
    if (list === 'images') {
      const { id, file_name: file, width, height } = checked(imageSchema, element.value, where);
      const key = keyOf(id);
      if (images.has(key)) throw twice('image', key, where);
      images.set(key, { file, width, height, place: `images[${String(number)}]`, spans: [] });
    } else if (list === 'categories') {
      const { id, name } = checked(categorySchema, element.value, where);
      if (categories.has(keyOf(id))) throw twice('category', keyOf(id), where);
      categories.set(keyOf(id), name);
    } else {
      const key = keyOf(checked(annotationSchema, element.value, where).image_id);
      const list = spans.get(key);
      if (list === undefined) spans.set(key, [element.start, element.end, Number(number)]);
      else list.push(element.start, element.end, Number(number));
    }
  }
  if (lists === 0) {
    throw invalid({
      what: 'The file is not of COCO',
      where: path,
      expected: 'an object with lists of images, categories and annotations',
      reason: 'annotation-invalid',
      advice: 'Export instances as COCO JSON',
    });
  }
  for (const [key, list] of spans) {
    const image = images.get(key);
    if (image !== undefined) images.set(key, { ...image, spans: list });
    else {
      const message = `${list.length / 3} annotations are left out: there is no image ${key} in the file`;
      report({ path: `${path} annotations[${list[2] ?? 0}]`, reason: 'annotation-without-image', message });
    }
  }
  return { images, categories };
}

function twice(noun: string, key: string, where: string) {
  return invalid({ what: `The ${noun} ${key} is there twice`, where, reason: 'annotation-invalid', advice: 'Give each an id of its own' }); // prettier-ignore
}
