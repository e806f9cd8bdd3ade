/** Numbers as people read them. */
import type { Interval } from '@foveate/statistics';

/** Fixed decimals with a true minus sign. */
export function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  // −0.00 is no number anyone wants to read.
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
}

/** Fixed decimals with a sign, for differences. */
export function signed(value: number, digits: number): string {
  const text = fixed(value, digits);
  return Number(value.toFixed(digits)) > 0 ? `+${text}` : text;
}

/** A share in [0, 1] as `93.3%`. */
export function percent(share: number, digits = 1): string {
  return `${fixed(100 * share, digits)}%`;
}

/** `a to b`, both written by `write`. */
export function range(interval: Interval, write: (value: number) => string): string {
  return `${write(interval.low)} to ${write(interval.high)}`;
}

/** `p = 0.07`, `p < 0.001`. */
export function pValue(p: number): string {
  if (p < 0.001) return 'p < 0.001';
  if (p > 0.995) return 'p = 1';
  return `p = ${p.toFixed(p < 0.1 ? 3 : 2)}`;
}

/** Three significant digits without exponent where that is readable. */
export function figure(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e6)) return value.toExponential(2).replaceAll('-', '−');
  const digits = magnitude === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(magnitude)));
  return fixed(value, digits);
}

/** A duration: `8.3 s`, `4 min 30 s`, `2 h 28 min`. */
export function duration(seconds: number): string {
  if (seconds < 59.95) return `${fixed(seconds, 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A whole number with its noun: `1 image`, `1,204 images`. */
export function count(value: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(value)} ${value === 1 ? noun : plural}`;
}

/** A whole number in groups of three digits: `294,994`. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}
