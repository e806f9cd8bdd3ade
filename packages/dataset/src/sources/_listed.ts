/** A row of a list as a sample. */
import { basename } from 'node:path';
import { fail, type FoveateError, type SourceItem, type SplitName } from '@foveate/contracts';
import { folded } from '../_type-names.js';
import { fileSample, idOf, withoutMasks } from './_file-sample.js';
import type { Layout } from './_file-source.js';
import { didYouMean } from './_nearest.js';
import { belowRoot } from './_paths.js';

/** What a row says, before its paths are checked. */
export interface ListedParts {
  readonly image: string;
  readonly id?: string | undefined;
  /** Defect types; empty for a defect-free image. */
  readonly types: readonly string[];
  readonly masks: readonly { readonly type: string; readonly path: string }[];
  readonly areas?: readonly string[];
  readonly split?: SplitName | undefined;
  readonly group?: string | undefined;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
}

/** A file and a line in it. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/**
 * The sample of a row, or a skip when it needs a mask and has none.
 * @throws FoveateError `DATA_INVALID` naming file and line when a path leads out of the root
 */
export async function listedSample(parts: ListedParts, place: Place, layout: Layout): Promise<SourceItem> {
  const below = async (path: string): Promise<string> => {
    const relative = belowRoot(layout.root, path);
    if (relative !== undefined && relative !== '.') return layout.disk.spelled(relative);
    throw invalidRow(place, 'The path leads out of the data set', `'${path}'`, `Paths start from ${layout.root}`);
  };
  const image = await below(parts.image);
  const id = idOf(parts.id ?? image);
  if (parts.types.length > 0 && parts.masks.length === 0 && layout.requireMasks) {
    const message = `${at(place)}: this image of ${parts.types.map((type) => `'${type}'`).join(', ')} has no mask. ${withoutMasks}`;
    return { skip: { path: image, reason: 'mask-missing', message } };
  }
  const masks: { type: string; path: string }[] = [];
  for (const { type, path } of parts.masks) masks.push({ type, path: await below(path) });
  const areas: string[] = [];
  for (const path of parts.areas ?? []) areas.push(await below(path));
  const sample = fileSample(
    {
      id,
      image,
      types: parts.types,
      masks,
      areas,
      split: parts.split,
      group: parts.group ?? layout.groupOf(id),
      line: place.line,
      attributes: parts.attributes,
    },
    layout.prefix,
  );
  return { sample };
}

/**
 * Pairs masks with types: one to one, or one mask for all types, or all masks for one type.
 * @throws FoveateError `DATA_INVALID` naming file and line when neither fits
 */
export function pairMasks(
  masks: readonly string[],
  types: readonly string[],
  place: Place,
): readonly { readonly type: string; readonly path: string }[] {
  if (masks.length === types.length) return masks.map((path, index) => ({ type: types[index] ?? '', path }));
  const [mask, type] = [masks[0], types[0]];
  if (mask === undefined) return [];
  if (masks.length === 1) return types.map((one) => ({ type: one, path: mask }));
  if (types.length === 1 && type !== undefined) return masks.map((path) => ({ type, path }));
  throw invalidRow(
    place,
    'Masks and defect types cannot be paired',
    `${masks.length} masks and ${types.length} types`,
    'Give each mask its type, in the same order',
  );
}

// A Map: an object would also know words such as `constructor`.
const splitWords: ReadonlyMap<string, SplitName> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['validation', 'validation'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['dev', 'validation'],
  ['test', 'test'],
  ['testing', 'test'],
]);

/** @throws FoveateError `DATA_INVALID` naming file and line when the word is no split */
export function splitOf(word: string, place: Place): SplitName {
  const split = splitWords.get(folded(word));
  if (split !== undefined) return split;
  const advice = `${didYouMean(word, [...splitWords.keys()])}Leave the cell empty where the splitter is to decide`;
  throw invalidRow(place, 'This is not a split', `'${word}'`, advice, 'train, validation or test');
}

/** Refuses ids that come twice; one per scan, so that it can say where the first was. */
export class Ids {
  readonly #lines = new Map<string, number>();

  /** @throws FoveateError `DATA_INVALID` naming file and both lines */
  add(id: string, place: Place): void {
    const before = this.#lines.get(id);
    if (before === undefined) {
      this.#lines.set(id, place.line);
      return;
    }
    throw invalidRow(
      place,
      'Two rows have the same id',
      `'${id}', as in line ${before}`,
      'List each image once (a row may name several masks), or give the rows ids of their own',
    );
  }
}

/** An error about one row. */
export function invalidRow(place: Place, what: string, got: string, advice: string, expected?: string): FoveateError {
  const where = `${place.file}:${place.line}`;
  return fail({ code: 'DATA_INVALID', what, where, got, advice, ...(expected === undefined ? {} : { expected }) });
}

function at({ file, line }: Place): string {
  return `${basename(file)}:${line}`;
}
