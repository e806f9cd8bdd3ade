/** Parsers of option values. */
import { InvalidArgumentError } from 'commander';

/** An integer from `least` to `most`. */
export function integer(least: number, most = Infinity): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least && value <= most) return value;
    const range = most === Infinity ? `${String(least)} or more` : `${String(least)} to ${String(most)}`;
    throw new InvalidArgumentError(`Expected a whole number, ${range}.`);
  };
}

/** A number above zero. */
export function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('Expected a number above 0.');
}

/** A number from 0 to 1. */
export function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a number from 0 to 1.');
}

/** A number from 0 to 180. */
export function degrees(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 180) return value;
  throw new InvalidArgumentError('Expected a number from 0 to 180.');
}

/** A number above 0, at most 1. */
export function shareAboveZero(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a number above 0, at most 1.');
}

/** Collects an option that may be given several times. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
