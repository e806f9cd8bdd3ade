import { dirname, resolve } from 'node:path';
import { definePlugin, fail, type SourceItem } from '@foveate/contracts';
import { z } from 'zod';
import { folded, good, goodWords } from '../_type-names.js';
import { fileSource, type Layout } from './_file-source.js';
import { listedLoader } from './_load.js';
import { Ids, invalidRow, listedSample, pairMasks, splitOf, type Place } from './_listed.js';
import { sharedOptions } from './_options.js';
import { isJsonLines, readRows, requireColumn, type Row } from './_rows.js';

const column = z.string().min(1);

const columnsSchema = z
  .strictObject({
    image: column.default('image').describe('Path of the image. The one column that must be there.'),
    type: column
      .nullable()
      .default('type')
      .describe(
        'Defect type or types; what `good` lists means none. null: images with a mask are defective, others good.',
      ),
    mask: z
      .union([column, z.record(column, column)])
      .default('mask')
      .describe(
        'Mask or masks, paired with the types in order; or a column for each defect type: { dent: dent_mask }.',
      ),
    aoi: column.default('aoi').describe('Area-of-interest mask or masks.'),
    split: column.default('split').describe('train, validation or test; empty where the splitter decides.'),
    group: column.default('group').describe('Images of one group stay in one split.'),
    id: column.default('id').describe('Name of the sample; without it the path of the image.'),
  })
  .prefault({});

type Columns = z.output<typeof columnsSchema>;

/**
 * A list of images in a CSV file with a header, or in JSON Lines. It is read as a stream: a million rows are fine. In a
 * CSV cell several values are divided by `separator`; JSON has lists. Files are looked for when they are loaded, and
 * errors name the line that lists them.
 */
export const manifest = definePlugin({
  meta: {
    kind: 'source',
    id: 'manifest',
    contract: '^2',
    summary: 'A list of images: CSV with a header, or JSON Lines.',
  },
  options: z.strictObject({
    file: z
      .string()
      .min(1)
      .describe('The list, relative to the configuration file; JSON Lines end in .jsonl or .ndjson.'),
    root: z.string().min(1).optional().describe('Folder that paths in the list start from; default: that of the list.'),
    columns: columnsSchema.describe(
      'Names of the columns; of columns not named here the defaults are read if they are there.',
    ),
    good: z
      .array(z.string())
      .default([...goodWords, '0', 'false'])
      .describe(
        'Values of the type column that mean no defect, as an empty cell and `good` do; capitals do not matter.',
      ),
    attributes: z
      .array(column)
      .default([])
      .describe(
        'Columns of what is known of an image and should not decide, such as its camera: runs tell the accuracy of each group.',
      ),
    delimiter: z.string().length(1).default(',').describe('What divides the cells of CSV.'),
    separator: z.string().min(1).default(';').describe('What divides several values in a cell of CSV.'),
    ...sharedOptions,
  }),
  register: (options, context) => {
    const file = resolve(context.baseFolder, options.file);
    const { columns, delimiter, attributes } = options;
    const words = new Set([good, ...options.good].map(folded));
    refuseGoodMasks(columns.mask, words);
    const separator = isJsonLines(file) ? undefined : options.separator;
    const reading = { columns, attributes, good: words, delimiter, separator };
    return fileSource(
      options,
      [options.root ?? dirname(file)],
      context,
      (layout) => scan(file, reading, layout),
      listedLoader(file),
    );
  },
});

/** A mask column of `good` would make defects of what is none. */
function refuseGoodMasks(mask: Columns['mask'], words: ReadonlySet<string>): void {
  const type = typeof mask === 'string' ? undefined : Object.keys(mask).find((name) => words.has(folded(name)));
  if (type === undefined) return;
  throw fail({
    code: 'CONFIG_INVALID',
    what: 'A mask column is given for a type that means no defect',
    where: 'source.columns.mask',
    got: type,
    advice: 'Images without defect need no mask: leave the column out, or give it the name of a defect type',
  });
}

interface Reading {
  readonly columns: Columns;
  readonly attributes: readonly string[];
  /** Folded. */
  readonly good: ReadonlySet<string>;
  readonly delimiter: string;
  /** undefined for JSON Lines, which have lists. */
  readonly separator: string | undefined;
}

interface Shared {
  /** Texts that many rows have. */
  readonly shared: Map<string, string>;
}

async function* scan(file: string, reading: Reading, layout: Layout): AsyncGenerator<SourceItem> {
  const ids = new Ids();
  const shared = new Map<string, string>();
  let rows = 0;
  for await (const row of readRows(file, reading.delimiter)) {
    if (rows++ === 0) {
      requireColumns(row, reading.columns, file);
      for (const name of reading.attributes) if (!isJsonLines(file)) requireColumn(name, row, file);
    }
    const item = await sampleOf(row, { file, line: row.line }, { ...reading, shared }, layout);
    if ('sample' in item) ids.add(item.sample.id, { file, line: row.line });
    yield item;
  }
  if (rows === 0) {
    throw fail({
      code: 'DATA_INSUFFICIENT',
      what: 'The list has no rows',
      where: file,
      advice: 'CSV has a header in its first line and a row per image below',
    });
  }
}

/**
 * The image, what tells good from defective, and every column that was named and is not a default, must be there: rows
 * whose label nobody finds would count as good.
 */
function requireColumns(row: Row, columns: Columns, file: string): void {
  const defaults = columnsSchema.parse({});
  const { mask, type, ...others } = columns;
  requireColumn(columns.image, row, file);
  // Keys that a JSON row does not need it leaves out; its type is asked for row by row.
  if (isJsonLines(file)) return;
  for (const [key, name] of Object.entries(others)) {
    if (name !== defaults[key as keyof Columns]) requireColumn(name, row, file);
  }
  if (type !== null && (typeof mask === 'string' || type !== defaults.type)) {
    requireColumn(type, row, file, byMasks);
  }
  for (const name of typeof mask === 'string' ? [mask] : Object.values(mask)) {
    if (type === null || name !== defaults.mask) requireColumn(name, row, file);
  }
}

const byMasks = ', or set columns.type to null if images with a mask are defective and all others good';

function sampleOf(row: Row, place: Place, reading: Reading & Shared, layout: Layout): Promise<SourceItem> {
  const { columns, separator } = reading;
  const texts = (name: string): readonly string[] => textsOf(row.get(name), name, separator, place);
  const one = (name: string): string | undefined => {
    const list = texts(name);
    if (list.length > 1) throw invalidRow(place, `Column '${name}' has several values`, list.join(', '), 'Keep one');
    return list[0];
  };
  const image = one(columns.image);
  if (image === undefined) {
    throw invalidRow(place, `Column '${columns.image}' is empty`, 'nothing', 'Name the image, or take the row out');
  }
  const split = one(columns.split);
  const group = one(columns.group);
  const { types, masks } = defectsOf(row, place, reading, texts);
  return listedSample(
    {
      image,
      id: one(columns.id),
      types,
      masks,
      areas: texts(columns.aoi),
      split: split === undefined ? undefined : splitOf(split, place),
      group: group === undefined ? undefined : once(group, reading.shared),
      attributes: attributesOf(reading, one),
    },
    place,
    layout,
  );
}

/** Undefined where no columns are named, or all are empty. */
function attributesOf(
  { attributes, shared }: Reading & Shared,
  one: (name: string) => string | undefined,
): Readonly<Record<string, string>> | undefined {
  const known = attributes.flatMap((name) => {
    const value = one(name);
    return value === undefined ? [] : [[name, once(value, shared)] as const];
  });
  return known.length === 0 ? undefined : Object.fromEntries(known);
}

function defectsOf(
  row: Row,
  place: Place,
  { columns, good: words }: Reading,
  texts: (name: string) => readonly string[],
): { types: readonly string[]; masks: readonly { type: string; path: string }[] } {
  const { type: typeColumn, mask: maskColumns } = columns;
  const listed = typeColumn === null ? nothing : texts(typeColumn);
  const types = listed.filter((type) => !words.has(folded(type)));
  if (typeof maskColumns !== 'string') {
    const masks = Object.entries(maskColumns).flatMap(([key, name]) => {
      // As the row spells the type: capitals would make two types of one defect.
      const type = types.find((listed) => folded(listed) === folded(key)) ?? key;
      return texts(name).map((path) => ({ type, path }));
    });
    return { types: [...new Set([...types, ...masks.map(({ type }) => type)])], masks };
  }
  const masks = texts(maskColumns);
  if (typeColumn === null) {
    const named = masks.length === 0 ? types : ['defect'];
    return { types: named, masks: pairMasks(masks, named, place) };
  }
  requireColumn(typeColumn, row, place.file, byMasks);
  // A good image may come with its empty mask.
  if (types.length === 0 && listed.length > 0) return { types, masks: [] };
  if (types.length === 0 && masks.length > 0) {
    const advice = `Name the type, or '${good}' when the mask is empty`;
    throw invalidRow(place, 'There is a mask and no defect type', masks.join(', '), advice);
  }
  return { types, masks: pairMasks(masks, types, place) };
}

/** What a value is, in words: written out it might be of any length and depth. */
function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list in a list' : 'an object';
}

/** The same text as before: a million rows would hold as many copies. */
function once(text: string, shared: Map<string, string>): string {
  const known = shared.get(text);
  if (known !== undefined) return known;
  shared.set(text, text);
  return text;
}

const nothing: readonly string[] = [];

/** The values of a cell: CSV divides a text, JSON has texts, numbers and lists of them. */
function textsOf(cell: unknown, name: string, separator: string | undefined, place: Place): readonly string[] {
  if (cell === undefined) return nothing;
  // Nearly every cell, a million times; the parser has trimmed it.
  if (typeof cell === 'string' && separator !== undefined && !cell.includes(separator)) return [cell];
  const divided = typeof cell === 'string' && separator !== undefined ? cell.split(separator) : cell;
  const values: readonly unknown[] = Array.isArray(divided) ? divided : [divided];
  return values.flatMap((value) => {
    if (typeof value === 'number' || typeof value === 'boolean') return [String(value)];
    if (typeof value !== 'string') {
      throw invalidRow(place, `Column '${name}' holds something else than text`, kindOf(value), 'Write a text');
    }
    const text = value.trim();
    return text === '' ? [] : [text];
  });
}
