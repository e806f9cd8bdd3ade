/** Good plugins of the data side, and the same broken in one way each. */
import {
  definePlugin,
  splitNames,
  type LabelDecision,
  type Mask,
  type SampleSource,
  type SourceItem,
} from '@foveate/contracts';
import { resolve } from 'node:path';
import { z } from 'zod';
import { block, picture } from '../../../testkit/src/checks/pictures.js';

/** What a fixture is refused with; undefined: it is good. */
export type Case<P> = readonly [name: string, plugin: P, message: string | undefined];

const none = z.strictObject({});
const meta = <K extends string>(kind: K) => ({ kind, id: 'fixture', contract: '^2', summary: 'A fixture.' });

const shared = { path: 'list.csv', reason: 'no-mask', message: 'It has no mask.' };

function source(changes: Partial<SampleSource> & { readonly items?: readonly SourceItem[] } = {}) {
  const files = [resolve('/data/a.png')];
  const items: readonly SourceItem[] = changes.items ?? [
    { sample: { id: 'a/1', defectTypes: [], files } },
    { skip: shared },
    { sample: { id: 'a/2', defectTypes: ['scratch'], ref: { row: 2 } } },
  ];
  return definePlugin({
    meta: meta('source'),
    options: none,
    register: (): SampleSource => ({
      scan: async function* () {
        yield* items;
      },
      load: ({ id, defectTypes }) =>
        Promise.resolve({
          image: picture(8, 6, id),
          defects: defectTypes.map((type) => ({ type, mask: block(8, 6, { left: 2, right: 4 }) })),
        }),
      ...changes,
    }),
  });
}

const one = (sample: object): SourceItem[] => [{ sample: { id: 'a', defectTypes: [], ...sample } }];
let scans = 0;
let threads = 0;
const small: Mask = block(4, 4, { left: 0, right: 2 });

/** Sources. */
export const sources: readonly Case<ReturnType<typeof source>>[] = [
  ['a good one', source(), undefined],
  ['one whose second scan differs', source({ scan: async function* () { await Promise.resolve(); yield* one({ id: `s${scans++}` }); } }), 'second scan gives other'], // prettier-ignore
  ['one without samples', source({ items: [] }), 'finds no sample'],
  ['one with an id twice', source({ items: [...one({}), ...one({})] }), 'same id'],
  ['one with backslashes in ids', source({ items: one({ id: 'a\\b' }) }), 'same on every platform'],
  ['one with functions in samples', source({ items: one({ ref: { read: () => 1 } }) }), 'not plain data'],
  ['one with an unknown split', source({ items: one({ split: 'dev' }) }), 'unknown split'],
  ['one with relative files', source({ items: one({ files: ['a.png'] }) }), 'not an absolute path'],
  ['one that skips without a reason', source({ items: [...one({}), { skip: { ...shared, reason: 'No mask!' } }] }), 'not a short stable name'], // prettier-ignore
  ['one that skips without a message', source({ items: [...one({}), { skip: { ...shared, message: '' } }] }), 'lacks its path or its message'], // prettier-ignore
  ['one with grey images', source({ load: ({ id }) => Promise.resolve({ image: { ...picture(8, 6, id), channels: 1 as const }, defects: [] }) }), 'has 1 channels instead of 3'], // prettier-ignore
  ['one with masks of another size', source({ items: one({ defectTypes: ['spot'] }), load: ({ id }) => Promise.resolve({ image: picture(8, 6, id), defects: [{ type: 'spot', mask: small }] }) }), 'is 4x4 instead of 8x6'], // prettier-ignore
  ['one with masks of 0 and 1', source({ load: ({ id }) => Promise.resolve({ image: picture(8, 6, id), defects: [], aoi: { ...block(8, 6, { left: 0, right: 1 }), data: new Uint8Array(48).fill(1) } }) }), 'values other than 0 and 255'], // prettier-ignore
  ['one with masks of foreign types', source({ load: ({ id }) => Promise.resolve({ image: picture(8, 6, id), defects: [{ type: 'rust', mask: block(8, 6, { left: 0, right: 1 }) }] }) }), 'type that the sample does not name'], // prettier-ignore
  ['one that decodes otherwise elsewhere', source({ load: () => Promise.resolve({ image: picture(8, 6, String(threads++)), defects: [] }) }), 'Another thread decodes'], // prettier-ignore
  ['one that cannot decode', source({ load: () => Promise.reject(new Error('no such file')) }), 'cannot decode'],
];

type Assign = (samples: readonly { readonly id: string; readonly group?: string; readonly split?: (typeof splitNames)[number] }[], seed: number) => readonly (typeof splitNames)[number][]; // prettier-ignore

const byGroup: Assign = (samples) =>
  samples.map(({ id, group, split }) => {
    const name = group ?? id;
    return split ?? splitNames[[...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 3]!;
  });

const splitter = (assign: Assign) =>
  definePlugin({ meta: meta('splitter'), options: none, register: () => ({ assign }) });
let draws = 0;

/** Splitters. */
export const splitters: readonly Case<ReturnType<typeof splitter>>[] = [
  ['a good one', splitter(byGroup), undefined],
  ['one that loses a sample', splitter((samples, seed) => byGroup(samples, seed).slice(1)), 'not one split for each'],
  ['one with a split of its own', splitter((samples, seed) => byGroup(samples, seed).map(() => 'dev' as 'test')), 'no known name'], // prettier-ignore
  ['one that overrules the source', splitter((samples, seed) => byGroup(samples.map(({ id, group }) => ({ id, ...(group === undefined ? {} : { group }) })), seed)), 'that the source prescribes'], // prettier-ignore
  ['one that divides groups', splitter((samples, seed) => byGroup(samples.map(({ id, split }) => ({ id, ...(split === undefined ? {} : { split }) })), seed)), 'is in two splits'], // prettier-ignore
  ['one that draws', splitter((samples, seed) => (draws++, byGroup(samples, seed).map((split, i) => (samples[i]!.group ?? samples[i]!.split ?? i) === 30 && draws % 2 === 0 ? 'test' : split))), 'differently the second time'], // prettier-ignore
  ['one that looks at the order', splitter((samples, seed) => byGroup(samples, seed).map((split, i) => (samples[i]!.group === undefined && samples[i]!.split === undefined ? splitNames[i % 3]! : split))), 'depends on the order'], // prettier-ignore
  ['one that sorts what it is given', splitter((samples, seed) => byGroup((samples as { id: string }[]).sort(), seed)), 'It throws'], // prettier-ignore
];

const right = { label: 1, reason: 'a defect lies inside' } as const;
const labeller = (decide: (types: readonly string[], hasPixels: boolean) => LabelDecision, needsPixels = true) =>
  definePlugin({
    meta: meta('labeller'),
    options: none,
    register: () => ({
      needsPixels: ({ defectTypes }) => needsPixels && defectTypes.length > 0,
      decide: ({ defectTypes }, pixels) => decide(defectTypes, pixels !== undefined),
    }),
  });
const good: LabelDecision = { label: 0, reason: 'no defect' };
const judged = (wrong: object) =>
  labeller((types) => (types.length === 0 ? good : ({ ...right, ...wrong } as LabelDecision)));

/** Labellers. */
export const labellers: readonly Case<ReturnType<typeof labeller>>[] = [
  ['a good one', labeller((types) => (types.length === 0 ? good : { ...right, shareInside: 0.5, verdicts: types.map((type) => ({ type, side: 'inside' as const, rule: 'geometry' as const, shareInside: 1, area: 0.1 })) })), undefined], // prettier-ignore
  ['a good one that skips', labeller(() => ({ skip: shared })), undefined],
  ['one with a third label', judged({ label: 2 }), 'neither 0 nor 1'],
  ['one without reasons', judged({ reason: '' }), 'has no reason'],
  ['one with shares in percent', judged({ shareInside: 97 }), 'not in [0, 1]'],
  ['one that judges no defect', judged({ verdicts: [] }), 'one verdict for each defect type'],
  ['one that sees defects where there are none', labeller(() => right), 'has no defects and is labelled defective'],
  ['one that skips without a reason', labeller(() => ({ skip: { ...shared, reason: '' } })), 'lacks its path, reason or message'], // prettier-ignore
  ['one that reads pixels it did not ask for', labeller((types, hasPixels) => { if (types.length > 0 && !hasPixels) throw new Error('no pixels'); return good; }, false), 'It throws'], // prettier-ignore
  [
    'one that changes its mind',
    labeller(() => ({ label: 0, reason: `look ${draws++}` })),
    'differently the second time',
  ],
];
