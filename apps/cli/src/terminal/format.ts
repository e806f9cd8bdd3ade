/** Figures as the terminal shows them. */
/** What stands for a figure that is not defined. */
export const none = '–';

/** 0.9333 -> `93.3%` */
export function percent(value: unknown): string {
  return typeof value === 'number' ? `${(value * 100).toFixed(1)}%` : none;
}

/** Fixed decimals; `1.75e+18` where they would be a long row of digits. */
export function fixed(value: unknown, digits = 3): string {
  return typeof value === 'number' ? (Math.abs(value) < 1e6 ? value.toFixed(digits) : value.toExponential(2)) : none;
}

/** Four significant digits: `0.5`, `0.4213`. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** `45 s`, `2 min 05 s`, `1 h 02 min` */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${String(whole)} s`;
  const two = (value: number) => String(value).padStart(2, '0');
  if (whole < 3600) return `${String(Math.floor(whole / 60))} min ${two(whole % 60)} s`;
  return `${String(Math.floor(whole / 3600))} h ${two(Math.floor((whole % 3600) / 60))} min`;
}
