/** Figures as rows of JSON Lines and CSV files. */
import type { EpochRecord, RunEvent } from '@foveate/contracts';

/** Figures by column. */
export type Row = Readonly<Record<string, number | null>>;

/** What of a step is logged. */
export function stepRow(event: Extract<RunEvent, { type: 'step' }>): Row {
  const { epoch, step, loss, learningRate, parts, imagesPerSecond } = event;
  return { epoch, step, loss, ...prefixed('loss', parts), learningRate, imagesPerSecond };
}

/** What of an epoch is logged. */
export function epochRow({ epoch, train, validation, learningRate, seconds, imagesPerSecond }: EpochRecord): Row {
  return {
    epoch,
    'train.loss': train.loss,
    ...prefixed('train.loss', train.parts),
    'train.accuracy': train.accuracy,
    'validation.loss': validation.loss,
    'validation.accuracy': validation.accuracy,
    'validation.auroc': validation.auroc ?? null,
    learningRate: learningRate ?? null,
    seconds,
    imagesPerSecond,
  };
}

function prefixed(prefix: string, figures: Readonly<Record<string, number>>): Row {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${prefix}.${name}`, value]));
}

/** Rows as lines, the columns of the first row as header. */
export const formats = {
  jsonl: {
    header: () => '',
    line: (row: Row) => `${JSON.stringify(row)}\n`,
  },
  csv: {
    header: (row: Row) => `${Object.keys(row).map(quoted).join(',')}\n`,
    line: (row: Row) => `${Object.values(row).map(String).join(',').replaceAll('null', '')}\n`,
  },
} as const;

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
