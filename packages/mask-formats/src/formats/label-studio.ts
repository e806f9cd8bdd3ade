/**
 * Label Studio's JSON export: a list of tasks. Coordinates are per cent of the image's width and height, upright as the
 * browser shows it. Of several annotations of a task the first that was not cancelled is read.
 */
import { writeAtomically } from '@foveate/contracts/node';
import { z } from 'zod';
import { checked, invalid } from '../files/invalid.js';
import { jsonElements } from '../files/json.js';
import { polygonsOf } from '../geometry/outline.js';
import { orientedMasks } from '../masks-of.js';
import type { AnnotatedImage, MaskedImage, Report } from '../model.js';
import { Objects } from '../objects.js';
import { formatBrushRuns } from '../run-lengths/label-studio-runs.js';
import type { Format, ReadOptions, WriteOptions, Written } from './format.js';
import { isMark, labelsOf, shapeOf, type Region } from './label-studio-region.js';
import { eachImage, sizeFrom } from './reading.js';

const regionSchema = z.looseObject({
  type: z.string().optional(),
  original_width: z.int().min(1).optional(),
  original_height: z.int().min(1).optional(),
  image_rotation: z.number().optional(),
  value: z.looseObject({}).optional(),
});
const taskSchema = z.looseObject({
  data: z.record(z.string(), z.unknown()),
  annotations: z.array(
    z.looseObject({ result: z.array(regionSchema).nullish(), was_cancelled: z.boolean().nullish() }),
  ),
});

/** Label Studio's JSON export. */
export const labelStudio: Format = {
  id: 'label-studio',
  title: 'Label Studio JSON',
  target: 'file',
  orientation: 'upright',
  needsImages: false,
  read,
  write,
};

async function* read(path: string, options: ReadOptions = {}): AsyncGenerator<AnnotatedImage> {
  const report = options.report ?? (() => undefined);
  for await (const { value, path: keys } of jsonElements(path, ['$.*'])) {
    const where = `${path} [${String(keys[0])}]`;
    if (typeof keys[0] !== 'number') {
      throw invalid({ what: "The file is no export of Label Studio's JSON", where: path, expected: 'a list of tasks', reason: 'annotation-invalid', advice: "Export as 'JSON'" }); // prettier-ignore
    }
    yield* eachImage(report, where, () => readTask(value, where, options, report));
  }
}

async function readTask(value: unknown, where: string, options: ReadOptions, report: Report): Promise<AnnotatedImage> {
  const task = checked(taskSchema, value, where);
  const file = fileOf(task.data, where);
  const annotations = task.annotations.filter(({ was_cancelled: cancelled }) => cancelled !== true);
  const regions = annotations[0]?.result ?? [];
  const sized = regions.find((region) => region.original_width !== undefined && region.original_height !== undefined);
  const orientation = options.orientation ?? labelStudio.orientation;
  const size = await sizeFrom(
    { file, width: sized?.original_width, height: sized?.original_height },
    options,
    orientation,
  );
  const objects = new Objects({ file, ...size, orientation, where }, report);
  if (annotations.length > 1) {
    const message = `${annotations.length - 1} further annotations of the task are left out: the first counts`;
    report({ path: where, reason: 'annotation-other', message });
  }
  for (const [index, region] of regions.entries()) {
    const place = `annotations[${task.annotations.indexOf(annotations[0] ?? {})}].result[${index}]`;
    const known: Region = { type: region.type ?? '', value: region.value ?? {} };
    if (!isMark(known)) continue;
    if (region.original_width !== undefined && region.original_width !== size.width) {
      objects.leaveOut(place, 'image-size', 'it is of another image size than the regions before');
    } else if ((region.image_rotation ?? 0) !== 0) {
      objects.leaveOut(place, 'shape-unsupported', 'the image was turned in the editor');
    } else {
      const labels = labelsOf(known);
      if (labels.length === 0) objects.leaveOut(place, 'label-missing', `a '${known.type}' without label`);
      for (const label of labels) objects.attempt(label, place, () => shapeOf(known, size, `${where} ${place}`));
    }
  }
  return objects.image;
}

/** The name of the image in its address; uploads have eight digits before it. */
function fileOf(data: Readonly<Record<string, unknown>>, where: string): string {
  const address = [data['image'], ...Object.values(data)].find((value) => typeof value === 'string' && value !== '');
  if (typeof address !== 'string') throw invalid({ what: 'The task names no image', where: `${where} data` });
  const local = /[?&]d=([^&]*)/.exec(address)?.[1];
  const path = local ?? address.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '').replace(/[?#].*$/, '');
  const upload = /(?:^|\/)data\/upload\//.test(path) ? path.replace(/(^|\/)[0-9a-f]{8}-([^/]*)$/, '$1$2') : path;
  try {
    return local !== undefined || upload.includes('%') ? decodeURIComponent(upload) : upload;
  } catch {
    return upload;
  }
}

async function write(
  path: string,
  images: AsyncIterable<MaskedImage> | Iterable<MaskedImage>,
  options: WriteOptions = {},
): Promise<Written> {
  let [count, objects] = [0, 0];
  async function* chunks() {
    yield '[';
    for await (const image of images) {
      const oriented = orientedMasks(image, options.orientation ?? labelStudio.orientation);
      objects += oriented.masks.length;
      const result = regionsOf(oriented, options);
      yield `${count++ === 0 ? '' : ','}\n${JSON.stringify({ data: { image: image.file }, annotations: [{ result }] })}`;
    }
    yield '\n]\n';
  }
  await writeAtomically(path, chunks());
  return { images: count, objects };
}

/** Polygons, or a brush where there are holes or nothing, which polygons cannot say. */
function regionsOf(
  { width, height, masks }: ReturnType<typeof orientedMasks>,
  { simplify }: WriteOptions,
): readonly object[] {
  const regions: object[] = [];
  const add = (type: string, label: string, value: object) => {
    const id = `r${regions.length + 1}`;
    const size = { original_width: width, original_height: height, image_rotation: 0 };
    regions.push({ id, type, from_name: 'label', to_name: 'image', ...size, value: { ...value, [type]: [label] } });
  };
  for (const { label, mask } of masks) {
    const { parts } = polygonsOf(mask, simplify);
    if (parts.length === 0 || parts.some((part) => part.length > 1)) {
      add('brushlabels', label, { format: 'rle', rle: formatBrushRuns(mask) });
      continue;
    }
    for (const [ring = []] of parts) {
      const points = ring.map(([x, y]) => [(100 * x) / width, (100 * y) / height]);
      add('polygonlabels', label, { points, closed: true });
    }
  }
  return regions;
}
