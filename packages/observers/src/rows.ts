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
  const row = {
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
  return { ...row, ...metricsOf(validation.metrics), ...row };
}

/** Metrics as columns; of a record a column for each part. Those that every epoch has come again under the same names. */
function metricsOf(metrics: EpochRecord['validation']['metrics'] = {}): Row {
  const columns = Object.entries(metrics).flatMap(([key, value]): [string, number | null][] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).map(([part, figure]) => [`validation.${key}.${part}`, figure])
      : [[`validation.${key}`, value]],
  );
  return Object.fromEntries(columns);
}

function prefixed(prefix: string, figures: Readonly<Record<string, number>>): Row {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${prefix}.${name}`, value]));
}

/** Rows as lines, and the line above those of the same columns. */
export const formats = {
  jsonl: {
    header: () => '',
    line: (row: Row) => `${JSON.stringify(row)}\n`,
  },
  csv: {
    header: (columns: readonly string[]) => `${columns.map(quoted).join(',')}\n`,
    line: (row: Row, columns: readonly string[]) => `${columns.map((column) => row[column] ?? '').join(',')}\n`,
  },
} as const;

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
