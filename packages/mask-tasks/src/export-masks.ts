/** Writes the masks of a store for annotation tools. */
import { join, relative, resolve, sep } from 'node:path';
import { fail, isFoveateError } from '@foveate/contracts';
import { isWithin } from '@foveate/contracts/node';
import { formatOf, readLegendFile } from '@foveate/mask-formats';
import type { Format, MaskedImage, Orientation, PngLayout, WriteOptions } from '@foveate/mask-formats';
import { readImageHeader } from '@foveate/image';
import { imageEndings, type MaskEntry, type MaskKind, type MaskStore } from '@foveate/mask-store';
import picomatch from 'picomatch';
import { task, type Task, type TaskContext, type TaskOptions } from '@foveate/contracts/task';
import { chosenMasks, type MaskChoice } from './chosen-masks.js';
import { LeftOuts, type LeftOut } from './left-out.js';
import { writeInPlace } from './output-place.js';

/** What is written, and how. */
export interface ExportOptions extends MaskChoice {
  /** File or folder, as the format has it. */
  readonly path: string;
  /** Id of the format. */
  readonly format: string;
  /** Whether files that are there are replaced. Default: no. */
  readonly overwrite?: boolean;
  /** Whether it is only said what would be written. */
  readonly dryRun?: boolean;
  /** Which pixels coordinates count. Default: what the format's own tool does. */
  readonly orientation?: Orientation;
  /** `png`. Default `binary`. */
  readonly layout?: PngLayout;
  /** `png`: file that says colours and values of labels. Default: in order of appearance. */
  readonly legend?: string;
  /** Pixels by which polygons may be off, for fewer corners. Default 0: masks come back as they are. */
  readonly simplify?: number;
  /** `coco`. Default `polygons`: outlines, and run lengths where there are holes. */
  readonly segmentation?: 'polygons' | 'runs' | 'compressed';
}

/** What was written. */
export interface ExportedMasks {
  readonly path: string;
  /** Id of the format. */
  readonly format: string;
  readonly images: number;
  readonly masks: readonly { readonly kind: MaskKind; readonly name: string; readonly masks: number }[];
  readonly leftOut: LeftOut;
  /** Files that were in the folder before and are no part of what was written. */
  readonly others: number;
}

/**
 * Writes masks of a store in a format of annotation tools, all or nothing. The name of a mask is its label. Progress counts images
 * as `exported`.
 * @returns fails with FoveateError `CONFIG_INVALID` for what cannot be meant, `DATA_INSUFFICIENT` where there is no mask to write,
 * `OUTPUT_EXISTS`, `OUTPUT_UNWRITABLE`, `DATA_INVALID` for a damaged store
 */
export function exportMasks(store: MaskStore, options: ExportOptions & TaskOptions): Task<ExportedMasks> {
  return task((context) => work(store, options, context), options);
}

async function work(
  store: MaskStore,
  options: ExportOptions,
  { progress, signal }: TaskContext,
): Promise<ExportedMasks> {
  const { path, overwrite = false, dryRun = false } = options;
  const format = formatOf(options.format);
  const chosen = chosenMasks(store, options);
  if (chosen.size === 0) {
    throw fail({ code: 'DATA_INSUFFICIENT', what: 'There is no mask to write', where: store.folder, expected: `masks that are ${options.status ?? 'accepted'}`, advice: "'foveate masks stats' counts what there is" }); // prettier-ignore
  }
  refuseTwoKinds(store, [...chosen.values()].flat());
  refuseAmongImages(store, path, format);
  const leftOut = new LeftOuts();
  const counts = new Map<string, { readonly kind: MaskKind; readonly name: string; masks: number }>();
  const orientation = options.orientation ?? format.orientation;
  const write = await writeOptions(options, leftOut);

  async function* images(): AsyncGenerator<MaskedImage> {
    let done = 0;
    for (const [hash, entries] of chosen) {
      signal.throwIfAborted();
      const image = await imageOf(store, hash, orientation, leftOut);
      if (image !== undefined) {
        const masks: MaskedImage['masks'][number][] = [];
        for (const entry of entries) {
          masks.push({ label: entry.name, mask: await store.read(entry) });
          const { kind, name } = entry;
          const count = counts.get(`${kind} ${name}`) ?? { kind, name, masks: 0 };
          count.masks++;
          counts.set(`${kind} ${name}`, count);
        }
        yield { ...image, masks };
      }
      progress('exported', ++done, chosen.size);
    }
  }

  const target = format.target === 'file' ? 'file' : 'folder';
  const { result, others } = await writeInPlace({ path, target, overwrite, dryRun }, (staged) =>
    format.write(staged, images(), write),
  );
  return {
    path,
    format: format.id,
    images: result.images,
    masks: [...counts.values()],
    leftOut: leftOut.toJSON(),
    others,
  };
}

async function writeOptions(options: ExportOptions, leftOut: LeftOuts): Promise<WriteOptions> {
  const { orientation, layout, legend, segmentation, simplify } = options;
  return {
    report: (skip) => leftOut.add(skip),
    ...(orientation === undefined ? {} : { orientation }),
    ...(layout === undefined ? {} : { layout }),
    ...(legend === undefined ? {} : { legend: await readLegendFile(legend) }),
    ...(segmentation === undefined ? {} : { segmentation }),
    ...(simplify === undefined ? {} : { simplify }),
  };
}

/** An image as writers want it; undefined, and told, where they would write what is not so. */
async function imageOf(
  store: MaskStore,
  hash: string,
  orientation: Orientation,
  leftOut: LeftOuts,
): Promise<Omit<MaskedImage, 'masks'> | undefined> {
  const { path = '', width = 0, height = 0 } = store.image(hash) ?? {};
  const leaveOut = (reason: string, message: string) => {
    leftOut.add({ path: path === '' ? hash : path, reason, message: `An image is left out: ${message}` });
    return undefined;
  };
  if (path === '') return leaveOut('image-without-file', 'it is drawn and has no file whose name could be written');
  // Upright pixels are those of the store: the image itself need not be there.
  if (orientation === 'upright') return { file: path, width, height };
  try {
    const header = await readImageHeader(join(store.imageRoot, path));
    if (header.width === width && header.height === height) return { file: path, width, height, exif: header.exif };
    return leaveOut('image-changed', `it has ${header.width}x${header.height} pixels now, and had ${width}x${height}`);
  } catch (error) {
    if (!isFoveateError(error)) throw error;
    return leaveOut(error.parts.reason ?? 'image-missing', error.message);
  }
}

/** Labels have no kind: an area and a defect of one name would become one. */
function refuseTwoKinds(store: MaskStore, entries: readonly MaskEntry[]): void {
  const kinds = new Map<string, MaskKind>();
  for (const { kind, name } of entries) {
    if ((kinds.get(name) ?? kind) === kind) kinds.set(name, kind);
    else {
      throw fail({
        code: 'CONFIG_INVALID',
        what: `'${name}' is the name of an area and of a defect, and annotations do not tell the two apart`,
        where: store.folder,
        advice: 'Choose one with --kind, and export the other to another place',
      });
    }
  }
}

/** PNG files below the image root would count as images of the data set from then on. */
function refuseAmongImages(store: MaskStore, path: string, { id }: Format): void {
  const place = resolve(path);
  const below = relative(store.imageRoot, join(place, 'label/mask.png')).split(sep).join('/');
  if (isWithin(store.folder, place)) throw inTheStore(store, path);
  const isImage = imageEndings.some((ending) => place.toLowerCase().endsWith(ending));
  const writesPictures = id === 'png' || id === 'voc';
  if (!(writesPictures || isImage) || !isWithin(store.imageRoot, place)) return;
  if (store.ignore.length > 0 && below.split('/').some((_, at, parts) => picomatch.isMatch(parts.slice(0, at + 1).join('/'), [...store.ignore], { dot: true }))) return; // prettier-ignore
  throw fail({
    code: 'CONFIG_INVALID',
    what: 'Pictures of masks would be written among the images, and count as images',
    where: path,
    expected: `a folder outside of ${store.imageRoot}, or one that the store ignores`,
    advice: 'Choose another folder',
  });
}

function inTheStore(store: MaskStore, where: string) {
  return fail({
    code: 'CONFIG_INVALID',
    what: 'The masks would be written among the files of the store',
    where,
    expected: `a place outside of ${store.folder}`,
    advice: 'Choose another',
  });
}
