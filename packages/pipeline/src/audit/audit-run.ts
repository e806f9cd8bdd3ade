/** Whether a decision depends on what is outside the area of interest: shown by changing that, and asking again. */
import type { ConfigSetting } from '@foveate/assembly';
import { fail, random, type AugmentedImages, type Label, type SplitName } from '@foveate/contracts';
import { emptyMask, encodePng, unionOf } from '@foveate/image';
import type { Predictor } from '@foveate/predict';
import type { Audit, AuditCase, AuditRow } from '@foveate/report';
import { readSampleRecords } from '@foveate/run-record/node';
import { DonorSamples, recordedData, SampleStore, type Disturbance, type Stored } from '@foveate/stages';
import type { AssignedSample } from '@foveate/contracts';
import { wilsonInterval } from '@foveate/statistics';
import { openPredictorOf } from '../run/open-predictor.js';
import { attributionRows } from './attribution.js';
import { randomisationRows } from './randomisation.js';
import { withTrainedRun } from '../run/trained-run.js';
import type { TaskContext } from '@foveate/contracts/task';
import { disturbance, type DisturbanceOptions } from './disturbances.js';

/** What is disturbed, and what counts as another decision. */
export interface AuditOptions {
  readonly disturbances: readonly DisturbanceOptions[];
  /** Default `test`. */
  readonly split?: SplitName;
  /** Score from which an image is called defective. Default: that of the run's decision. */
  readonly threshold?: number;
  /** Images at most, the first by a fixed lot; default all. */
  readonly limit?: number;
  /** Cases that are kept with their pictures: those whose score moved most. Default 12. */
  readonly worst?: number;
  /** Heatmaps of these explainers, by id, are measured on so many of the defective images at most. */
  readonly attribution?: { readonly explainers: readonly string[]; readonly limit: number } | undefined;
  /** Heatmaps of these explainers, by default that of the run, are compared with those of more and more random weights. */
  readonly randomisation?: { readonly explainers?: readonly string[] | undefined; readonly limit: number } | undefined;
}

/** What a score was before and after. */
interface Outcome {
  readonly sample: AssignedSample;
  readonly before: number;
  readonly after: number;
}

/**
 * Disturbs every image of a split in every way and counts the verdicts that change. Donors of what is pasted or swapped are
 * training samples. The same run, the same audit.
 * @throws FoveateError `PATH_MISSING`, `RUN_INVALID`, `DATA_INVALID`, and of the disturbances
 */
export function auditRun(
  folder: string,
  { disturbances, split = 'test', threshold: own, limit, worst = 12, attribution, randomisation }: AuditOptions,
  setting: ConfigSetting,
  { signal, progress }: TaskContext,
): Promise<Audit> {
  return withTrainedRun(folder, setting, signal, async (run) => {
    const { config, record, scope, decision } = run;
    const threshold = own ?? decision.threshold;
    const data = await recordedData(scope, await readSampleRecords(folder));
    const all = data.stored.filter(({ sample }) => sample.split === split);
    const chosen = limit === undefined ? all : random(0, 'audit').shuffle(all).slice(0, limit);
    if (chosen.length === 0)
      throw fail({ code: 'DATA_INSUFFICIENT', what: `The run has no ${split} images`, where: folder });
    const store = new SampleStore({
      source: await scope.get('source'),
      aoi: await scope.get('aoi'),
      size: config.data.size,
      withDefects: true,
    });
    const donors = new DonorSamples(data.stored.filter(({ sample }) => sample.split === 'train'));
    const predictor = await openPredictorOf(folder, setting, signal);
    scope.onClose(() => predictor.close());
    const ways = await Promise.all(disturbances.map((one) => disturbance(one, scope)));
    const outcomes = new Map<Disturbance, Outcome[]>(ways.map((way) => [way, []]));
    const cases = new WorstCases(worst);
    for (const [index, one] of chosen.entries()) {
      signal.throwIfAborted();
      await disturbed(one, { store, donors, predictor, ways, outcomes, cases, threshold });
      progress('images audited', index + 1, chosen.length);
    }
    const defective = chosen.filter(({ sample }) => sample.label === 1);
    const explained =
      attribution === undefined
        ? undefined
        : await attributionRows(
            run,
            { explainers: attribution.explainers, samples: defective.slice(0, attribution.limit), store, predictor },
            { signal, progress },
          );
    const compared =
      randomisation === undefined
        ? undefined
        : await randomisationRows(
            run,
            {
              explainers: randomisation.explainers ?? [config.explain.id],
              samples: defective.slice(0, randomisation.limit),
              store,
            },
            { signal, progress },
          );
    return {
      name: record.name,
      split,
      threshold,
      images: chosen.length,
      width: config.data.size[1],
      height: config.data.size[0],
      rows: ways.flatMap((way) => rowsOf(way, outcomes.get(way) ?? [], threshold)),
      untouched: ways.filter((way) => outcomes.get(way)?.length === 0).map(({ id, side }) => ({ id, side })),
      cases: cases.list,
      ...(explained === undefined ? {} : { attribution: explained }),
      ...(compared === undefined ? {} : { randomisation: compared }),
    };
  });
}

interface Auditing {
  readonly store: SampleStore;
  readonly donors: DonorSamples;
  readonly predictor: Predictor;
  readonly ways: readonly Disturbance[];
  readonly outcomes: ReadonlyMap<Disturbance, Outcome[]>;
  readonly cases: WorstCases;
  readonly threshold: number;
}

async function disturbed(stored: Stored<AssignedSample>, audit: Auditing): Promise<void> {
  const { sample } = stored;
  const images = await audit.store.prepare(stored);
  const score = async (of: AugmentedImages) =>
    (await audit.predictor.predict({ id: sample.id, image: of.image, aoi: of.aoi })).score;
  const before = await score(images);
  for (const way of audit.ways) {
    const result = await way.apply(sample.id, images, audit.donors.contextOf(sample.id, audit.store));
    if (result === undefined) continue;
    const outcome = { sample, before, after: await score(result) };
    audit.outcomes.get(way)?.push(outcome);
    if (way.side === 'outside') await audit.cases.add(way, outcome, { images, result, threshold: audit.threshold });
  }
}

const isFlip = ({ before, after }: Outcome, threshold: number) => before >= threshold !== after >= threshold;

/** A row for good ones and one for defective ones, where there are any. */
function rowsOf({ id, side }: Disturbance, outcomes: readonly Outcome[], threshold: number): readonly AuditRow[] {
  return ([0, 1] as const).flatMap((label: Label) => {
    const of = outcomes.filter(({ sample }) => sample.label === label);
    if (of.length === 0) return [];
    const flips = of.filter((outcome) => isFlip(outcome, threshold)).length;
    const moved = of.reduce((sum, { before, after }) => sum + Math.abs(after - before), 0) / of.length;
    return [{ id, side, label, images: of.length, flips, interval: wilsonInterval(flips, of.length), moved }];
  });
}

/** The cases whose score moved most, flips first. */
class WorstCases {
  readonly #most: number;
  #list: { readonly rank: number; readonly one: AuditCase }[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  async add(
    { id }: Disturbance,
    outcome: Outcome,
    {
      images,
      result,
      threshold,
    }: { readonly images: AugmentedImages; readonly result: AugmentedImages; readonly threshold: number },
  ): Promise<void> {
    const { sample, before, after } = outcome;
    const rank = Math.abs(after - before) + (isFlip(outcome, threshold) ? 1 : 0);
    const last = this.#list.at(-1);
    if (this.#list.length >= this.#most && (last === undefined || rank <= last.rank)) return;
    const [image, disturbed] = [await picture(images), await picture(result)];
    const one = { sample: sample.id, label: sample.label, disturbance: id, before, after, image, disturbed };
    this.#list.push({ rank, one });
    this.#list = this.#list.sort((a, b) => b.rank - a.rank).slice(0, this.#most);
  }

  get list(): readonly AuditCase[] {
    return this.#list.map(({ one }) => one);
  }
}

async function picture({ image, aoi, defects }: AugmentedImages): Promise<AuditCase['image']> {
  const all = unionOf(emptyMask(image.width, image.height), ...defects.map(({ mask }) => mask));
  return { image: await encodePng(image), aoi: await encodePng(aoi), defects: await encodePng(all) };
}
