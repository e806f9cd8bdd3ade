/** Filter: keeps or leaves out labelled samples by what is known of them or measured on their pixels. */
import { classNames, defineStage } from '@foveate/contracts';
import type { AoiProvider, LabelledItem, LabelledSample, SampleSource, Skip } from '@foveate/contracts';
import { availableParallelism } from 'node:os';
import { concatMap, defer, from, mergeMap, of, type OperatorFunction } from 'rxjs';
import { z } from 'zod';
import { pixelFacts, type PixelFacts } from './data/facts.js';
import { scopeOf, type RunScope } from './run-scope.js';

const range = z
  .strictObject({ least: z.number().optional(), most: z.number().optional() })
  .refine(({ least, most }) => least !== undefined || most !== undefined, "expected 'least', 'most' or both")
  .refine(({ least = -Infinity, most = Infinity }) => least <= most, "'least' must not be more than 'most'");

const names = z.union([z.string(), z.array(z.string()).min(1)]);

const conditions = z
  .strictObject({
    class: z.enum(classNames).optional().describe('What the sample counts as.'),
    type: names.optional().describe('A defect type that it has, or several of which it has one.'),
    attributes: z.record(z.string(), names).optional().describe('Attributes of the sample, by name.'),
    shareInside: range.optional().describe('Share of the defect inside the area of interest, 0 to 1, where measured.'),
    width: range.optional().describe('Width of the image in pixels.'),
    height: range.optional().describe('Height of the image in pixels.'),
    sharpness: range
      .optional()
      .describe(
        'Variance of the Laplacian of the brightness: some hundreds for a sharp image, less than 50 for a blurred one.',
      ),
    brightness: range.optional().describe('Mean brightness, 0 to 255.'),
    contrast: range.optional().describe('Standard deviation of the brightness.'),
    aoiShare: range.optional().describe('Share of the image that the area of interest covers, 0 to 1.'),
  })
  .refine((given) => Object.keys(given).length > 0, 'expected at least one condition');

/** Conditions on a sample, all of which have to hold. */
export type Conditions = Readonly<z.output<typeof conditions>>;

/** Options of {@link filterSamples}. */
export interface FilterOptions {
  /** Samples for which a condition does not hold are left out. */
  readonly keep?: Conditions | undefined;
  /** Samples for which all conditions hold are left out. */
  readonly skip?: Conditions | undefined;
}

const measured = ['width', 'height', 'sharpness', 'brightness', 'contrast', 'aoiShare'] as const;

/** Leaves out labelled samples, each with its reason. Pixels are decoded where a condition asks for what is measured on them. */
export function filterSamples(
  run: Pick<RunScope, 'get'>,
  options: FilterOptions,
): OperatorFunction<LabelledItem, LabelledItem> {
  const wanted = [options.keep ?? {}, options.skip ?? {}].flatMap((given) => Object.keys(given));
  const needsPixels = measured.some((name) => wanted.includes(name));
  return (items) =>
    defer(async () => (needsPixels ? ([await run.get('source'), await run.get('aoi')] as const) : undefined)).pipe(
      concatMap((eyes) =>
        items.pipe(
          mergeMap((item) => {
            if (!('sample' in item)) return of(item);
            return from(
              factsOf(item.sample, eyes).then((facts): LabelledItem => {
                const skip = skipOf(item.sample, facts, options);
                return skip === undefined ? item : { skip };
              }),
            );
          }, availableParallelism()),
        ),
      ),
    );
}

async function factsOf(
  sample: LabelledSample,
  eyes: readonly [SampleSource, AoiProvider] | undefined,
): Promise<Partial<PixelFacts>> {
  if (eyes === undefined) return {};
  const [source, aoi] = eyes;
  const images = await source.load(sample);
  return pixelFacts(images.image, await aoi.areaOfInterest(sample, images));
}

function skipOf(sample: LabelledSample, facts: Partial<PixelFacts>, { keep, skip }: FilterOptions): Skip | undefined {
  const path = sample.files?.[0] ?? sample.id;
  const [missed] = keep === undefined ? [] : verdicts(sample, facts, keep).filter(({ holds }) => !holds);
  if (missed !== undefined) return { path, reason: `filter-${missed.name}`, message: `Not kept: ${missed.text}` };
  if (skip === undefined) return undefined;
  const met = verdicts(sample, facts, skip);
  if (met.some(({ holds }) => !holds)) return undefined;
  const reason = `filter-${met[0]?.name ?? ''}`;
  return { path, reason, message: `Skipped: ${met.map(({ text }) => text).join(', ')}` };
}

interface Verdict {
  readonly name: string;
  readonly holds: boolean;
  /** What was found, and what of it was asked. */
  readonly text: string;
}

function verdicts(sample: LabelledSample, facts: Partial<PixelFacts>, asked: Conditions): readonly Verdict[] {
  const { class: wantedClass, type, attributes = {}, shareInside, ...ranges } = asked;
  const list: Verdict[] = [];
  if (wantedClass !== undefined) {
    const found = classNames[sample.label];
    list.push({ name: 'class', holds: found === wantedClass, text: `it is ${found}` });
  }
  if (type !== undefined) {
    const types = sample.defectTypes;
    const text = types.length === 0 ? 'it has no defect' : `its defects are ${types.join(', ')}`;
    list.push({ name: 'type', holds: [type].flat().some((one) => types.includes(one)), text });
  }
  for (const [name, wanted] of Object.entries(attributes)) {
    const found = sample.attributes?.[name];
    const text = found === undefined ? `it has no attribute ${name}` : `its ${name} is ${found}`;
    list.push({ name: `attribute-${name}`, holds: found !== undefined && [wanted].flat().includes(found), text });
  }
  if (shareInside !== undefined) list.push(within('shareInside', sample.shareInside, shareInside));
  for (const name of measured) {
    const wanted = ranges[name];
    if (wanted !== undefined) list.push(within(name, facts[name], wanted));
  }
  return list;
}

function within(
  name: string,
  value: number | undefined,
  { least = -Infinity, most = Infinity }: z.output<typeof range>,
): Verdict {
  if (value === undefined) return { name, holds: false, text: `its ${name} was not measured` };
  const holds = value >= least && value <= most;
  const bound = value < least ? `below ${String(least)}` : value > most ? `above ${String(most)}` : 'as asked';
  return { name, holds, text: `its ${name} is ${String(Math.round(value * 1000) / 1000)}, ${bound}` };
}

/** Keeps or leaves out labelled samples. */
export const filterStage = defineStage({
  meta: {
    kind: 'stage',
    id: 'filter',
    contract: '^2',
    summary: 'Keeps or leaves out samples by class, type, size, share inside, sharpness and the like.',
  },
  takes: 'labelled-sample',
  gives: 'labelled-sample',
  repeatable: true,
  options: z
    .strictObject({
      keep: conditions.optional().describe('Only samples for which all of these hold are kept.'),
      skip: conditions.optional().describe('Samples for which all of these hold are left out.'),
    })
    .refine(({ keep, skip }) => keep !== undefined || skip !== undefined, "expected 'keep' or 'skip'"),
  register: (options, { run }) => filterSamples(scopeOf(run), options),
});
