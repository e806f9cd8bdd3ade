/** `run.json` as a fold over the events of a run: in the run itself, in a page that follows it, or from its `events.jsonl`. */
import type { RunEvent, RunRecord, SplitName } from '@foveate/contracts';

/** What is known of a run: nothing before its `begin`. */
export type RunState = RunRecord | undefined;

/** A line of `events.jsonl`. */
export type LoggedEvent = RunEvent & {
  /** Seconds of work since the run was started, over all its sessions. */
  readonly at: number;
};

/** Steps of an epoch that `events.jsonl` keeps at most, besides the last. */
const keptSteps = 20;

/** Whether `events.jsonl` keeps an event: all but most steps and most of a download's progress. */
export function isKept(event: RunEvent): boolean {
  if (event.type === 'fetching') return event.received === event.total;
  if (event.type !== 'step') return true;
  return event.step === event.steps || event.step % Math.ceil(event.steps / keptSteps) === 0;
}

const mean = (values: readonly number[]) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * The state after one more event.
 * @param at seconds of work since the run was started; left out: time stands still
 */
export function reduce(state: RunState, event: RunEvent, at?: number): RunState {
  const next = event.type === 'begin' ? event.record : state && withEvent(state, event);
  if (next === undefined || at === undefined) return next;
  return { ...next, timing: { ...next.timing, totalSeconds: at } };
}

function withEvent(record: RunRecord, event: RunEvent): RunRecord {
  switch (event.type) {
    case 'epoch': {
      const epochs = [...record.epochs.filter(({ epoch }) => epoch < event.record.epoch), event.record];
      return {
        ...record,
        epochs,
        bestEpoch: event.best ? event.record.epoch : record.bestEpoch,
        timing: {
          ...record.timing,
          secondsPerEpoch: mean(epochs.map(({ seconds }) => seconds)),
          imagesPerSecond: mean(epochs.map(({ imagesPerSecond }) => imagesPerSecond)),
        },
      };
    }
    case 'explained':
      return { ...record, explanations: event.explanations };
    case 'measured':
      return withMeasures(record, event.split, event.measures);
    case 'early-stop':
      return { ...record, earlyStop: { epoch: event.epoch, reason: event.reason } };
    case 'decision':
      return { ...record, decision: event.decision };
    case 'warning':
    case 'notice':
      return withRemark(record, event.message);
    case 'interrupted':
    case 'failed':
      return { ...record, status: 'interrupted' };
    case 'run-end':
      return { ...record, status: event.status };
    case 'begin':
    case 'run-start':
    case 'loading':
    case 'data':
    case 'fetching':
    case 'engine':
    case 'step':
    case 'checkpoint':
    case 'passed':
    case 'report':
      return record;
  }
}

/** A resumed run may say again what it said before. */
function withRemark(record: RunRecord, message: string): RunRecord {
  const { remarks = [] } = record;
  return remarks.includes(message) ? record : { ...record, remarks: [...remarks, message] };
}

function withMeasures(record: RunRecord, split: SplitName, measures: NonNullable<RunRecord['test']>): RunRecord {
  if (split === 'train') return record;
  return split === 'test' ? { ...record, test: measures } : { ...record, validation: measures };
}
