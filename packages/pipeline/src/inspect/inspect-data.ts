/** Looks at a data set as a run would read, label and divide it, and at what would be left out. Trains nothing. */
import type { Registry, RunConfig } from '@foveate/assembly';
import { isFoveateError, random } from '@foveate/contracts';
import type { DuplicateCluster, LabelledSample, Sample, SampleSource, Skip } from '@foveate/contracts';
import type { Inspection, Picture } from '@foveate/report';
import { Depths, dividedAtData, groupBy, lockMismatch, pipelineOf, RunScope, through } from '@foveate/stages';
import type { DataSet } from '@foveate/stages';
import { EMPTY, lastValueFrom, tap, type Observable } from 'rxjs';
import { abortable, type TaskContext } from '@foveate/contracts/task';
import { lookAt, readHeaders, type Seen } from './examine.js';
import { outcomeOf, typesOf, type Finding } from './findings.js';
import { summarise } from './summary.js';

/** How an inspection is done. */
export interface InspectOptions {
  /** Pictures of each kind; 0: none. */
  readonly examples: number;
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
  context: TaskContext,
): Promise<InspectedData> {
  // Nothing is looked at twice at network size.
  const uncached = { ...config, data: { ...config.data, cache: 'none' } } as const satisfies RunConfig;
  const scope = await RunScope.open(uncached, registry);
  try {
    return await inspectIn(scope, options, context);
  } finally {
    await scope.close();
  }
}

async function inspectIn(scope: RunScope, options: InspectOptions, context: TaskContext): Promise<InspectedData> {
  const config = scope.settings;
  const traced = await trace(scope, context);
  const { divided } = traced;
  const findings = findingsOf(traced);
  const source = await scope.get('source');
  const byChance = shuffled(findings, config.seed);
  const measured = byChance.filter((finding) => outcomeOf(finding) !== 'left out').slice(0, mostMeasured);
  const shown = chosen(byChance, options.examples);
  const duplicates = typeof divided === 'string' ? [] : divided.duplicates;
  const copies = copiesAmong(findings, duplicates, options.examples);
  const pictured = new Set([...shown, ...copies.flat()].map(({ sample }) => sample));
  const wanted = new Set([...measured.map(({ sample }) => sample), ...pictured]);
  const seen = await lookAt([...wanted], pictured, { source, aoi: await scope.get('aoi') });
  const measuredIds = new Set(measured.map(({ sample }) => sample.id));
  const inspection = summarise({
    name: config.name,
    source: config.data.source.id,
    findings,
    skips: typeof divided === 'string' ? traced.skips : divided.skips,
    undivided: typeof divided === 'string' ? divided : undefined,
    duplicates,
    depth: traced.depths.found,
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

/** What became of all samples on their way through the stages. */
interface Trace {
  readonly sources: readonly Sample[];
  /** By id. */
  readonly labelled: ReadonlyMap<string, LabelledSample>;
  readonly skips: readonly Skip[];
  readonly depths: Depths;
  /** The data set, or why there is none. */
  readonly divided: DataSet | string;
}

/** Runs the stages up to the data set, and sees what passes between them. */
async function trace(scope: RunScope, { progress, signal }: TaskContext): Promise<Trace> {
  const { data } = dividedAtData(await pipelineOf(scope));
  const sources: Sample[] = [];
  const labelled = new Map<string, LabelledSample>();
  const skips = new Map<string, Skip>();
  const depths = new Depths();
  let done = 0;
  const labels = data.findIndex(({ gives }) => gives === 'labelled-sample');
  const see = (port: string, index: number) => (item: unknown) => {
    const { sample, skip, depth } = item as Partial<{
      readonly sample: Sample | LabelledSample;
      readonly skip: Skip;
      readonly depth: Parameters<Depths['add']>[0];
    }>;
    const isNew = skip === undefined || !skips.has(keyOf(skip));
    if (index === labels && isNew) progress('labelled', ++done, sources.length);
    if (skip !== undefined) skips.set(keyOf(skip), skip);
    if (sample === undefined) return;
    if (port === 'sample') sources.push(sample);
    if (!('label' in sample) || labelled.has(sample.id)) return;
    labelled.set(sample.id, sample);
    depths.add(depth);
  };
  let isLabelled = false;
  let output: Observable<unknown> = EMPTY;
  for (const [index, stage] of data.entries()) {
    output = through([stage], scope, output);
    if (stage.gives === 'data-set') continue;
    const complete = () => (isLabelled ||= data[index + 1]?.gives === 'data-set');
    output = output.pipe(tap({ next: see(stage.gives, index), complete }));
  }
  const divided = await lastValueFrom(abortable(output, signal), { defaultValue: undefined }).catch(
    (error: unknown) => {
      if (signal.aborted || !isLabelled || !isFoveateError(error)) throw error;
      return error.message;
    },
  );
  const isDivided = data.at(-1)?.gives === 'data-set';
  return {
    sources,
    labelled,
    skips: [...skips.values()],
    depths,
    divided: isDivided ? (divided as DataSet | string) : 'The pipeline divides no samples',
  };
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

const keyOf = ({ path, reason }: Skip): string => `${path} ${reason}`;

function findingsOf({ sources, labelled, skips, divided }: Trace): readonly Finding[] {
  const assigned = new Map(typeof divided === 'string' ? [] : divided.samples.map((sample) => [sample.id, sample]));
  const left = new Map((typeof divided === 'string' ? skips : divided.skips).map((skip) => [skip.path, skip]));
  return sources.map((sample) => {
    const own = assigned.get(sample.id);
    // Left out before it was labelled, or, as a copy of another image, afterwards.
    const skip = own === undefined ? (left.get(sample.files?.[0] ?? '') ?? left.get(sample.id)) : undefined;
    return { sample, labelled: labelled.get(sample.id), assigned: own, skip };
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
