/** Looks at a data set as a run would read, label and divide it, and at what would be left out. Trains nothing. */
import { availableParallelism } from 'node:os';
import { isFoveateError, random } from '@foveate/contracts';
import type { DuplicateCluster, Sample, SampleSource, SourceItem } from '@foveate/contracts';
import type { Inspection, Picture } from '@foveate/report';
import { from, lastValueFrom, tap, toArray } from 'rxjs';
import { buildServices, withPackages } from '@foveate/assembly';
import type { Registry, RunConfig, Services } from '@foveate/assembly';
import { deduplicate, Depths, groupBy, ingest, lockMismatch, mask, openWork, split } from '@foveate/stages';
import type { DataSet, MaskedItem } from '@foveate/stages';
import { lookAt, readHeaders } from './examine.js';
import type { Seen } from './examine.js';
import { outcomeOf, typesOf } from './findings.js';
import type { Finding } from './findings.js';
import { summarise } from './summary.js';

/** How an inspection is done. */
export interface InspectOptions {
  /** Pictures of each kind; 0: none. */
  readonly examples: number;
  /** Called as samples are labelled. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What it gives. */
export interface InspectedData {
  readonly inspection: Inspection;
  /** By types, then by outcome. */
  readonly pictures: readonly Picture[];
  /** Images that look the same, some groups of them; those with different labels first. */
  readonly copies: readonly (readonly Picture[])[];
}

/** Images whose areas of interest are measured at most; they are decoded a second time. */
const mostMeasured = 500;

/** @throws FoveateError those of the source's scan and of the plugins; what a run would leave out is part of the result */
export async function inspectData(
  config: RunConfig,
  registry: Registry,
  options: InspectOptions,
): Promise<InspectedData> {
  const services = await buildServices(
    config,
    await withPackages(registry, config.plugins, config.baseFolder, 'given'),
  );
  const source = await services.get('source');
  const items = await lastValueFrom(ingest(source).pipe(toArray()));
  const masked = await labelAll(config, registry, services, items, options);
  const divided = await divide(config, services, [...masked.values()].concat(items.filter((item) => 'skip' in item)));
  const findings = findingsOf(items, masked, divided);

  const byChance = shuffled(findings, config.seed);
  const measured = byChance.filter((finding) => outcomeOf(finding) !== 'left out').slice(0, mostMeasured);
  const shown = chosen(byChance, options.examples);
  const duplicates = typeof divided === 'string' ? [] : divided.duplicates;
  const copies = copiesAmong(findings, duplicates, options.examples);
  const pictured = new Set([...shown, ...copies.flat()].map(({ sample }) => sample));
  const wanted = new Set([...measured.map(({ sample }) => sample), ...pictured]);
  const seen = await lookAt([...wanted], pictured, { source, aoi: await services.get('aoi') });
  const measuredIds = new Set(measured.map(({ sample }) => sample.id));
  const inspection = summarise({
    name: config.name,
    source: config.data.source.id,
    findings,
    skips: typeof divided === 'string' ? skipsOf(items, masked) : divided.skips,
    undivided: typeof divided === 'string' ? divided : undefined,
    duplicates,
    depth: depthOf(masked),
    headers: await readHeaders(findings.map(({ sample }) => sample)),
    seen: seen.filter(({ id }) => measuredIds.has(id)),
  });
  const lock = typeof divided === 'string' ? undefined : await lockOf(config, divided, source);
  return {
    inspection: { ...inspection, lock },
    pictures: picturesOf(shown, seen),
    copies: copies.map((group) => picturesOf(group, seen)),
  };
}

/** What the mask stage makes of each sample. Not by id: whether ids are unique is yet to be seen. */
async function labelAll(
  config: RunConfig,
  registry: Registry,
  services: Services,
  items: readonly SourceItem[],
  { onProgress }: InspectOptions,
): Promise<ReadonlyMap<Sample, MaskedItem>> {
  const samples = items.filter((item) => 'sample' in item);
  const results = new Map<Sample, MaskedItem>();
  // Nothing is looked at twice at network size.
  const plain: RunConfig = { ...config, data: { ...config.data, cache: 'none' } };
  const { work, close } = await openWork(plain, samples.length, { services, module: registry.module, folder: '' });
  const label = async (stored: { readonly sample: Sample }): Promise<MaskedItem> => {
    const result = await work.label(stored);
    results.set(stored.sample, result);
    return result;
  };
  const concurrency = Math.max(2 * work.threads, availableParallelism());
  try {
    await lastValueFrom(
      from(samples).pipe(
        mask({ label, slotOf: () => undefined, concurrency }),
        tap(() => onProgress?.(results.size, samples.length)),
      ),
      { defaultValue: undefined },
    );
  } finally {
    await close();
  }
  return results;
}

/** The data set, or why there is none. */
async function divide(config: RunConfig, services: Services, items: readonly MaskedItem[]): Promise<DataSet | string> {
  try {
    return await lastValueFrom(
      from(items).pipe(deduplicate(config.data.duplicates), split(await services.get('splitter'), config.seed)),
    );
  } catch (error) {
    if (!isFoveateError(error)) throw error;
    return error.message;
  }
}

function depthOf(masked: ReadonlyMap<Sample, MaskedItem>) {
  const depths = new Depths();
  for (const item of masked.values()) if ('sample' in item) depths.add(item.depth);
  return depths.found;
}

/** The lock that is named, and how the data differs from it, if it does or the lock cannot be read. */
async function lockOf(config: RunConfig, { samples }: DataSet, source: SampleSource): Promise<Inspection['lock']> {
  const file = config.data.lock;
  if (file === undefined) return undefined;
  const error = await lockMismatch(config, samples, { source }).catch((reason: unknown) => {
    if (isFoveateError(reason)) return reason;
    throw reason;
  });
  return { file, mismatch: error?.message ?? null };
}

function skipsOf(items: readonly SourceItem[], masked: ReadonlyMap<Sample, MaskedItem>) {
  return [...items, ...masked.values()].flatMap((item) => ('skip' in item ? [item.skip] : []));
}

function findingsOf(
  items: readonly SourceItem[],
  masked: ReadonlyMap<Sample, MaskedItem>,
  divided: DataSet | string,
): readonly Finding[] {
  const data = typeof divided === 'string' ? undefined : divided;
  const assigned = new Map(data?.samples.map((sample) => [sample.id, sample]));
  const left = new Map(data?.skips.map((skip) => [skip.path, skip]));
  return items.flatMap((item) => {
    if ('skip' in item) return [];
    const { sample } = item;
    const result = masked.get(sample);
    const labelled = result !== undefined && 'sample' in result ? result.sample : undefined;
    const early = result !== undefined && 'skip' in result ? result.skip : undefined;
    const own = assigned.get(sample.id);
    // A copy of another image, left out after it was labelled.
    const late =
      data === undefined || own !== undefined ? undefined : (left.get(sample.files?.[0] ?? '') ?? left.get(sample.id));
    return [{ sample, labelled, assigned: own, skip: early ?? late }];
  });
}

/** In an order that the seed and each id decide. */
function shuffled(findings: readonly Finding[], seed: number): readonly Finding[] {
  return findings
    .map((finding) => ({ finding, key: random(seed, 'inspect', finding.sample.id).uint32() }))
    .sort((a, b) => a.key - b.key || (a.finding.sample.id < b.finding.sample.id ? -1 : 1))
    .map(({ finding }) => finding);
}

/** So many of each types and outcome, and of what was left out of each reason. */
function chosen(findings: readonly Finding[], examples: number): readonly Finding[] {
  const kind = (finding: Finding) => JSON.stringify([typesOf(finding), outcomeOf(finding), finding.skip?.reason]);
  return [...groupBy(findings, kind)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, group]) => group.slice(0, examples));
}

/** Images of a group of copies that are shown. */
const copiesShown = 4;

/** The first images of some groups of copies; wrong labels are found by looking at those that differ. */
function copiesAmong(
  findings: readonly Finding[],
  duplicates: readonly DuplicateCluster[],
  groups: number,
): readonly (readonly Finding[])[] {
  const byId = new Map(findings.map((finding) => [finding.sample.id, finding]));
  return duplicates
    .toSorted((a, b) => Number(b.labelsDiffer) - Number(a.labelsDiffer))
    .slice(0, groups)
    .map(({ ids }) => ids.slice(0, copiesShown).flatMap((id) => byId.get(id) ?? []));
}

function picturesOf(shown: readonly Finding[], seen: readonly Seen[]): readonly Picture[] {
  const thumbnails = new Map(seen.map(({ id, thumbnail }) => [id, thumbnail]));
  return shown.flatMap((finding) => {
    const thumbnail = thumbnails.get(finding.sample.id);
    if (thumbnail === undefined) return [];
    const { sample, labelled, assigned, skip } = finding;
    return [
      {
        id: sample.id,
        types: typesOf(finding),
        outcome: outcomeOf(finding),
        split: assigned?.split,
        reason: skip === undefined ? (labelled?.reason ?? '') : `${skip.reason}: ${skip.message}`,
        ...thumbnail,
      },
    ];
  });
}
