/** Puts shapes of relative coordinates onto images. */
import { fail, isFoveateError, messageOf } from '@foveate/contracts';
import { faultOfName } from '@foveate/mask-store';
import type { MaskKind, MaskStore } from '@foveate/mask-store';
import { parseShapes, templateMask, type TemplateShape } from '@foveate/mask-store/shapes';
import { parse } from 'yaml';
import { task, type Task, type TaskOptions } from '@foveate/contracts/task';
import { checkAuthor } from './check-author.js';
import { putOnImages, type PlacedMasks } from './put-on-images.js';

/** Which shapes, and onto which images. */
export interface TemplateOptions {
  /** Are united. */
  readonly shapes: readonly TemplateShape[];
  /** Default `area`. */
  readonly kind?: MaskKind;
  /** Name of the area, or type of defect. */
  readonly name: string;
  /** Of paths below the image root. Default: all images. */
  readonly globs?: readonly string[];
  /** Default `proposed`. */
  readonly status?: 'accepted' | 'proposed';
  readonly author?: string;
  /** Whether it is only said what would change. */
  readonly dryRun?: boolean;
}

/** Characters of a provenance. */
const longestDetail = 1000;

/**
 * Puts shapes onto images, at the same place of each, stretched to its size. What was accepted stays, but for earlier templates
 * where these are accepted at once. Progress counts images as `placed`.
 * @returns fails with FoveateError `CONFIG_INVALID` for a name that no mask may have or where no image is meant, and as
 * `MaskStore.put` does when it cannot write
 */
export function templateMasks(store: MaskStore, options: TemplateOptions & TaskOptions): Task<PlacedMasks> {
  return task(async (context) => {
    const { shapes, kind = 'area', name, globs, status = 'proposed', author, dryRun } = options;
    const fault = faultOfName(name);
    if (fault !== undefined) {
      throw fail({ code: 'CONFIG_INVALID', what: 'This cannot be the name of a mask', got: fault, advice: 'Give a short plain name' }); // prettier-ignore
    }
    checkAuthor(author);
    const detail = JSON.stringify(shapes.length === 1 ? shapes[0] : shapes).slice(0, longestDetail);
    const provenance = { source: 'template', detail, ...(author === undefined ? {} : { author }) } as const;
    const masks = [{ kind, name: name.normalize('NFC') }];
    return putOnImages(
      store,
      {
        masks,
        source: 'template',
        status,
        globs,
        dryRun,
        done: 'placed',
        make: async ({ width, height }, names, leaveOut) => {
          const mask = templateMask(shapes, width, height);
          if (mask.data.includes(255)) return names.map((one) => ({ ...one, mask, provenance }));
          leaveOut('mask-empty', 'The image is so small that no centre of a pixel is inside');
          return [];
        },
      },
      context,
    );
  }, options);
}

/**
 * Shapes as people write them, in YAML or JSON.
 * @throws FoveateError `CONFIG_INVALID` when one is none, or covers nothing
 */
export function readShapes(texts: readonly string[]): readonly TemplateShape[] {
  return texts.flatMap((text) => parseShapes(parsed(text), text.slice(0, 200)));
}

function parsed(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 });
  } catch (cause) {
    if (isFoveateError(cause)) throw cause;
    const got = messageOf(cause).split('\n', 1)[0] ?? '';
    throw fail({
      code: 'CONFIG_INVALID',
      what: 'A shape cannot be read',
      where: text.slice(0, 200),
      got,
      advice: "For example '{ kind: band, direction: vertical, from: 0.25, to: 0.75 }'",
      cause,
    });
  }
}
