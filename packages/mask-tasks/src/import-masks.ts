/** Puts the masks of annotation files into a store. */
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { fail, type FoveateError } from '@foveate/contracts';
import { isWithin } from '@foveate/contracts/node';
import { unionOf } from '@foveate/image';
import { formatOf, guessFormat, masksOf, readLegendFile } from '@foveate/mask-formats';
import type { AnnotatedImage, Format, Orientation, ReadOptions } from '@foveate/mask-formats';
import { hashImageFile, mostAtOnce } from '@foveate/mask-store';
import type { MaskStore, NewMask, Provenance, StoredImage } from '@foveate/mask-store';
import { task, type Task, type TaskContext, type TaskOptions } from '@foveate/contracts/task';
import { checkAuthor } from './check-author.js';
import { LabelRules, type LabelOptions, type UnknownLabel } from './label-rules.js';
import { isOfOneImage, LeftOuts, printable, type LeftOut } from './left-out.js';
import { Pool } from './pool.js';
import { comparedMasks, MaskCounts, type MaskCount } from './put-masks.js';
import { imagesOf, NamedImages } from './root-images.js';

/** What is imported, and as what. */
export interface ImportOptions extends LabelOptions {
  /** File or folder of annotations. */
  readonly path: string;
  /** Id of the format, or `auto`. Default `auto`. */
  readonly format?: string;
  /** Default `accepted`. */
  readonly status?: 'accepted' | 'proposed';
  readonly author?: string;
  /** Whether it is only said what would change. */
  readonly dryRun?: boolean;
  /** Which pixels coordinates count. Default: what the format's own tool does. */
  readonly orientation?: Orientation;
  /** `png`: file that says which colours or values are which labels. Default: `legend.json` of the folder. */
  readonly legend?: string;
  /** `png`: difference of a channel up to which a colour still is that of the legend, 0 to 255. Default 0. */
  readonly tolerance?: number;
  /** `via`: attribute of a region that holds its label. */
  readonly attribute?: string;
}

/** What was imported. */
export interface ImportedMasks {
  /** Id of the format. */
  readonly format: string;
  /** Number of images that have masks in the annotations and were found. */
  readonly images: number;
  readonly masks: readonly MaskCount[];
  readonly leftOut: LeftOut;
  /** Labels that were asked for and do not occur. */
  readonly unknown: readonly UnknownLabel[];
}

/**
 * Puts the masks of annotation files into a store, image by image: what was put before the task is stopped stays, and to begin
 * anew goes on from there. Images are found by their names in the annotations. What is wrong with one image or object leaves it
 * out. Progress counts images as `imported`.
 * @returns fails with FoveateError `CONFIG_INVALID` for rules and options that are none, `PATH_MISSING`, `DATA_INVALID` with file
 * and position when nothing can be made of a file, and as `MaskStore.put` does when it cannot write
 */
export function importMasks(store: MaskStore, options: ImportOptions & TaskOptions): Task<ImportedMasks> {
  return task((context) => work(store, options, context), options);
}

async function work(
  store: MaskStore,
  options: ImportOptions,
  { progress, signal }: TaskContext,
): Promise<ImportedMasks> {
  const rules = new LabelRules(options);
  checkAuthor(options.author);
  const format = await formatFor(options);
  const leftOut = new LeftOuts();
  const images = new NamedImages(
    store,
    await imagesOf(store, masksAmongImages(store, options.path, format)),
    options.path,
  );
  const counts = new MaskCounts();
  const before = new Before();
  const found = new Set<string>();
  const read = await readOptions(options, images, leftOut);
  const leaveOut = (error: unknown, { where }: AnnotatedImage): void => {
    if (!isOfOneImage(error)) throw error;
    leftOut.add({ path: where, reason: error.parts.reason ?? 'annotation-invalid', message: error.message });
  };
  const putting = new Pool(putsAtOnce);
  for await (const annotated of putting.during(format.read(options.path, read))) {
    signal.throwIfAborted();
    try {
      const path = images.find(annotated.file);
      const header = await images.folder.header(path);
      const masks = masksFor(annotated, header, { rules, options, leftOut });
      if (masks.length > 0) {
        const { width, height } = header;
        const image = { hash: await hashImageFile(join(store.imageRoot, path)), width, height, path };
        const fresh = masks.filter((mask) => before.isFirst(image, mask, annotated.where, leftOut));
        if (fresh.length > mostAtOnce) throw tooMany(annotated, fresh.length);
        const { wanted, changes } = await comparedMasks(store, image, fresh);
        await putting.add(async () => {
          try {
            if (wanted.length > 0 && options.dryRun !== true) await store.put(image, wanted);
            counts.add(changes);
            found.add(image.hash);
          } catch (error) {
            leaveOut(error, annotated);
          }
        });
      }
    } catch (error) {
      leaveOut(error, annotated);
    }
    progress('imported', found.size);
  }
  return {
    format: format.id,
    images: found.size,
    masks: counts.list,
    leftOut: leftOut.toJSON(),
    unknown: rules.unused(),
  };
}

/** Images whose masks are encoded and written at once: most of that is waiting for other threads and the disk. */
const putsAtOnce = 4;

function tooMany({ file, where }: AnnotatedImage, number: number): FoveateError {
  return fail({
    code: 'DATA_INVALID',
    what: `${file} has more masks than a store keeps of an image at once`,
    where,
    expected: `at most ${String(mostAtOnce)}`,
    got: String(number),
    reason: 'too-many-masks',
    advice: 'Choose labels with --only, or give several one name with --rename',
  });
}

function formatFor({ path, format = 'auto' }: ImportOptions): Format | Promise<Format> {
  return format === 'auto' ? guessFormat(path) : formatOf(format);
}

/** Mask files among the images are no images; where annotations lie beside the images, these are. */
function masksAmongImages(store: MaskStore, path: string, format: Format): readonly string[] {
  const folder = resolve(path);
  return format.id === 'png' && !isWithin(folder, store.imageRoot) ? [folder] : [];
}

async function readOptions(
  { orientation, legend, tolerance, attribute }: ImportOptions,
  images: NamedImages,
  leftOut: LeftOuts,
): Promise<ReadOptions> {
  return {
    images: images.folder,
    report: (skip) => leftOut.add(skip),
    ...(orientation === undefined ? {} : { orientation }),
    ...(legend === undefined ? {} : { legend: await readLegendFile(legend) }),
    ...(tolerance === undefined ? {} : { tolerance }),
    ...(attribute === undefined ? {} : { attribute }),
  };
}

interface Importing {
  readonly rules: LabelRules;
  readonly options: ImportOptions;
  readonly leftOut: LeftOuts;
}

/** The masks of an image, by its annotations. @throws FoveateError as `masksOf` */
function masksFor(
  annotated: AnnotatedImage,
  header: Parameters<typeof masksOf>[1],
  { rules, options, leftOut }: Importing,
): readonly NewMask[] {
  const objects = annotated.objects.filter(({ label }) => rules.wants(label));
  const byName = new Map<string, NewMask>();
  const [status, provenance] = [options.status ?? 'accepted', provenanceOf(annotated, options)];
  for (const [label, mask] of masksOf({ ...annotated, objects }, header)) {
    const named = rules.maskOf(label);
    const leaveOut = (reason: string, why: string) =>
      leftOut.add({ path: annotated.where, reason, message: `The mask of '${label}' is left out: ${why}` });
    if ('fault' in named) leaveOut('label-invalid', `its label ${named.fault}; give it another name with a rule`);
    else if (!mask.data.includes(255)) leaveOut('mask-empty', 'no centre of a pixel is inside');
    else {
      const key = `${named.kind} ${named.name}`;
      const before = byName.get(key);
      byName.set(key, { ...named, mask: before === undefined ? mask : unionOf(mask, before.mask), status, provenance });
    }
  }
  return [...byName.values()];
}

/** Characters of a provenance that a store keeps. */
const longestDetail = 1000;

function provenanceOf({ where }: AnnotatedImage, { author }: ImportOptions): Provenance {
  const detail = printable(where).slice(-longestDetail);
  return { source: 'import', detail, ...(author === undefined ? {} : { author }) };
}

/** Masks of one import by image, kind and name: the second would silently take the place of the first. */
class Before {
  readonly #first = new Map<string, { readonly pixels: string; readonly where: string }>();

  /** Whether it is the first; a second of other pixels is told, and left out. */
  isFirst({ hash, path }: StoredImage, { kind, name, mask }: NewMask, where: string, leftOut: LeftOuts): boolean {
    const pixels = createHash('sha256').update(mask.data).digest('base64');
    const key = `${hash} ${kind} ${name}`;
    const first = this.#first.get(key);
    if (first === undefined) {
      this.#first.set(key, { pixels, where });
      return true;
    }
    if (first.pixels !== pixels) {
      const message = `The mask of ${kind} '${name}' is left out: ${path}, or an image of the same content, has another one in ${first.where}`;
      leftOut.add({ path: where, reason: 'mask-twice', message });
    }
    return false;
  }
}
