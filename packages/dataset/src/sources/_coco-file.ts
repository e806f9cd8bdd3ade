/** Annotation files of COCO. They join images and annotations by number, so that they are read as a whole. */
import { readFile } from 'node:fs/promises';
import { fail } from '@foveate/contracts';
import { z } from 'zod';

const id = z.union([z.int(), z.string()]);
const side = z.int().min(1);

const shapeSchema = z.union([
  z.array(z.array(z.number()).min(6)).min(1),
  z.object({ size: z.tuple([side, side]), counts: z.union([z.string(), z.array(z.int().min(0))]) }),
]);

const cocoSchema = z.object({
  images: z.array(z.object({ id, file_name: z.string().min(1), width: side, height: side })),
  categories: z.array(z.object({ id, name: z.string().min(1) })),
  annotations: z.array(
    z.object({
      id: id.optional(),
      image_id: id,
      category_id: id,
      segmentation: shapeSchema.or(z.array(z.never()).max(0)).optional(),
      bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]).optional(),
    }),
  ),
});

/** Outlines as lists of x and y in turn, or run lengths with their height and width; boxes are outlines. */
export type Shape = z.output<typeof shapeSchema>;

/** An image and what is drawn on it. */
export interface CocoImage {
  /** Path below root as the file has it. */
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly { readonly category: string; readonly shape: Shape }[];
  /** Categories of annotations without outline. */
  readonly bare: readonly string[];
}

/** What a file holds. */
export interface CocoFile {
  readonly categories: readonly string[];
  readonly images: readonly CocoImage[];
}

/**
 * Reads a file.
 * @param boxes whether the box of an annotation without outline counts as its outline
 * @throws FoveateError `PATH_MISSING` or `DATA_INVALID` naming the file and the place in it
 */
export async function readCoco(path: string, boxes: boolean): Promise<CocoFile> {
  const { images, categories, annotations } = await parse(path);
  const names = new Map(categories.map((category) => [category.id, category.name]));
  const drawn = new Map(images.map((image) => [image.id, { shapes: [] as CocoImage['shapes'][number][], bare: [] as string[] }])); // prettier-ignore
  for (const [index, { image_id: image, category_id: number, segmentation, bbox }] of annotations.entries()) {
    const [target, category] = [drawn.get(image), names.get(number)];
    if (target === undefined || category === undefined) {
      const what = target === undefined ? `image ${image}` : `category ${number}`;
      throw invalid(path, `annotations[${index}]`, `There is no ${what} in the file`);
    }
    const outlined = segmentation !== undefined && !(Array.isArray(segmentation) && segmentation.length === 0);
    if (outlined) target.shapes.push({ category, shape: segmentation });
    else if (boxes && bbox !== undefined) target.shapes.push({ category, shape: [cornersOf(bbox)] });
    else target.bare.push(category);
  }
  return {
    categories: [...names.values()],
    images: images.map(({ id: number, file_name: file, width, height }) => {
      const { shapes, bare } = drawn.get(number) ?? { shapes: [], bare: [] };
      return { path: file, width, height, shapes, bare };
    }),
  };
}

async function parse(path: string): Promise<z.output<typeof cocoSchema>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw fail({ code: 'PATH_MISSING', what: 'The annotation file cannot be read', where: path, cause });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw invalid(path, '', `The file is not JSON: ${String(cause).replace('SyntaxError: ', '')}`);
  }
  const result = cocoSchema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = (issue?.path ?? [])
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('');
  throw invalid(path, place.replace(/^\./, ''), `The file is not of COCO: ${issue?.message ?? ''}`);
}

function invalid(path: string, place: string, what: string) {
  const advice = 'Export instances as COCO JSON: images, categories and annotations';
  return fail({ code: 'DATA_INVALID', what, where: `${path} ${place}`.trim(), advice });
}

function cornersOf([x, y, width, height]: readonly [number, number, number, number]): number[] {
  return [x, y, x + width, y, x + width, y + height, x, y + height];
}
