/** Moves the masks of one image onto others that show the same. */
import { resolve, join } from 'node:path';
import { fail, isFoveateError } from '@foveate/contracts';
import { readImage } from '@foveate/image';
import { identifyImage } from '@foveate/mask-store';
import type { MaskEntry, MaskKind, MaskStore, NewMask, StoredImage } from '@foveate/mask-store';
import { refusalTexts, registrar, transformMask } from '@foveate/registration';
import { task, type Task, type TaskContext, type TaskOptions } from '@foveate/contracts/task';
import { checkAuthor } from './check-author.js';
import { putOnImages, type PlacedMasks } from './put-on-images.js';

/** Which masks, from which image, and what to believe. */
export interface RegisterOptions {
  /** Path of the image whose masks are moved, below the image root or as it is. */
  readonly reference: string;
  /** Of paths below the image root. Default: all images. */
  readonly globs?: readonly string[];
  /** Default `area`. */
  readonly kind?: MaskKind;
  /** Default: all that are accepted. */
  readonly names?: readonly string[];
  /** Confidence of a registration below which an image is left out, 0 to 1. Default 0.5. */
  readonly leastConfidence?: number;
  /** Degrees to either side that images may be turned, 0 to 180. Default 15. */
  readonly angle?: number;
  /** Share by which images may be larger or smaller, 0 to 1. Default 0.2. */
  readonly scale?: number;
  /** Share of a mask that may lie off an image, 0 to 1. Default 0.5. */
  readonly mostLost?: number;
  readonly author?: string;
  /** Whether it is only said what would change. */
  readonly dryRun?: boolean;
}

/** What was moved onto images. */
export interface RegisteredMasks extends PlacedMasks {
  readonly reference: StoredImage;
}

/**
 * Proposes the accepted masks of a reference image for others, moved to where its content lies in each. Images in which it is not
 * found surely enough are left out. What was accepted stays. Progress counts images as `registered`.
 * @returns fails with FoveateError `CONFIG_INVALID` where the reference has no such mask or no image is meant, `DATA_INVALID` for
 * a reference in which nothing is to be seen, and as `MaskStore.put` does when it cannot write
 */
export function registerMasks(store: MaskStore, options: RegisterOptions & TaskOptions): Task<RegisteredMasks> {
  return task((context) => work(store, options, context), options);
}

async function work(store: MaskStore, options: RegisterOptions, context: TaskContext): Promise<RegisteredMasks> {
  const { globs, dryRun, author, mostLost = 0.5 } = options;
  checkAuthor(author);
  const reference = await referenceImage(store, options.reference);
  const entries = referenceMasks(store, reference, options);
  const drawn = new Map<string, NewMask['mask']>();
  for (const entry of entries) drawn.set(entry.name, await store.read(entry));
  const find = registrar(await readImage(join(store.imageRoot, reference.path)), {
    angle: options.angle ?? 15,
    scale: options.scale ?? 0.2,
    leastConfidence: options.leastConfidence ?? 0.5,
  });
  const placed = await putOnImages(
    store,
    {
      masks: entries.map(({ kind, name }) => ({ kind, name })),
      source: 'registration',
      status: 'proposed',
      globs,
      except: reference.hash,
      dryRun,
      done: 'registered',
      make: async ({ path, width, height }, names, leaveOut) => {
        const {
          accepted,
          reason = 'unlike',
          confidence,
          transform,
        } = find(await readImage(join(store.imageRoot, path)));
        const sure = `confidence ${confidence.toFixed(2)}`;
        if (!accepted) {
          leaveOut(`registration-${reason}`, `It is left out: ${refusalTexts[reason]} (${sure})`);
          return [];
        }
        const provenance = {
          source: 'registration',
          detail: reference.path.slice(-longestDetail),
          confidence,
          ...(author === undefined ? {} : { author }),
        } as const;
        return names.flatMap(({ kind, name }) => {
          const { mask, lost } = transformMask(drawn.get(name) as NewMask['mask'], transform, width, height);
          if (lost <= mostLost && mask.data.includes(255)) return [{ kind, name, mask, provenance }];
          leaveOut('mask-lost', `The mask '${name}' is left out: ${Math.round(100 * lost)}% of it lies off the image (${sure})`); // prettier-ignore
          return [];
        });
      },
    },
    context,
  );
  return { reference, ...placed };
}

/** Characters of a provenance. */
const longestDetail = 1000;

async function referenceImage(store: MaskStore, path: string): Promise<StoredImage> {
  try {
    return await identifyImage(store.imageRoot, path);
  } catch (error) {
    if (!isFoveateError(error) || error.code !== 'PATH_MISSING') throw error;
    // As it is completed by the shell.
    return await identifyImage(store.imageRoot, resolve(path)).catch(() => {
      throw error;
    });
  }
}

function referenceMasks(
  store: MaskStore,
  { hash, path }: StoredImage,
  { kind = 'area', names = [] }: RegisterOptions,
): readonly MaskEntry[] {
  const known = [...store.entries({ image: hash })];
  const wanted = new Set(names.map((name) => name.normalize('NFC')));
  const entries = known.filter(
    (entry) => entry.kind === kind && entry.status === 'accepted' && (wanted.size === 0 || wanted.has(entry.name)),
  );
  const missing = [...wanted].filter((name) => !entries.some((entry) => entry.name === name));
  const [empty] = entries.filter(({ inside }) => inside === 0);
  if (entries.length > 0 && missing.length === 0 && empty === undefined) return entries;
  throw fail({
    code: 'CONFIG_INVALID',
    what:
      empty !== undefined
        ? `The mask '${empty.name}' of the reference is empty`
        : `The reference has no accepted mask of ${kind} ${missing.map((name) => `'${name}'`).join(' and ')}`.trim(),
    where: path,
    got: known.map((entry) => `${entry.kind} '${entry.name}' (${entry.status})`).join(', ') || 'no masks',
    advice: "Draw or import it, and accept it with 'foveate masks accept'",
  });
}
