/** Figures as the terminal shows them. */
import type { Measures, MetricValue } from '@foveate/contracts';

/** What stands for a figure that is not defined. */
const none = '–';

/** 0.9333 -> `93.3%` */
export function percent(value: unknown): string {
  return typeof value === 'number' ? `${(value * 100).toFixed(1)}%` : none;
}

/** Fixed decimals; `1.75e+18` where they would be a long row of digits. */
export function fixed(value: unknown, digits = 3): string {
  return typeof value === 'number' ? (Math.abs(value) < 1e6 ? value.toFixed(digits) : value.toExponential(2)) : none;
}

/** `45 s`, `2 min 05 s`, `1 h 02 min` */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${String(whole)} s`;
  const two = (value: number) => String(value).padStart(2, '0');
  if (whole < 3600) return `${String(Math.floor(whole / 60))} min ${two(whole % 60)} s`;
  return `${String(Math.floor(whole / 3600))} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** `tn 20 fp 1 fn 2 tp 17` */
function confusion(value: MetricValue | undefined): string {
  if (typeof value !== 'object' || value === null) return none;
  return Object.entries(value)
    .map(([name, count]) => `${name} ${count === null ? none : String(count)}`)
    .join('  ');
}

/** Figures every table shows, in order: heading and text. */
export function figures(measures: Measures | null): readonly (readonly [heading: string, text: string])[] {
  return [
    ['images', typeof measures?.['n'] === 'number' ? String(measures['n']) : none],
    ['accuracy', percent(measures?.['accuracy'])],
    ['ROC AUC', fixed(measures?.['auroc'])],
    ...(measures?.['worstGroup'] === undefined ? [] : [['worst group', percent(measures['worstGroup'])] as const]),
    ['loss', fixed(measures?.['loss'], 4)],
    ['confusion', confusion(measures?.['confusion'])],
    ['heatmap in AOI', percent(measures?.['aoiShare'])],
  ];
}
