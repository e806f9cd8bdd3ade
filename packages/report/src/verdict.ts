/** What a comparison means, in plain words and without favour. */
import { imagesNeeded, mcnemarExact } from '@foveate/statistics';
import type { Comparison } from './comparison.js';
import { count, fixed, grouped, percent, pValue, range, signed } from './format.js';

const significance = 0.05;
// Below this, one image is more than a third of a point of accuracy.
const smallTestSet = 300;
// DeLong's test is asymptotic; with fewer images of a class its p-value is only a guide.
const smallClass = 20;

/** A comparison in words. */
export interface Verdict {
  /** One sentence that answers the question. */
  readonly headline: string;
  /** The figures behind it, and what limits them; a sentence or two each. */
  readonly details: readonly string[];
}

/**
 * Words for a comparison of run `second` with run `first`. A difference counts as shown when its own test gives
 * p < 0.05; everything else is reported as not shown, however large it looks.
 */
export function verdict(first: string, second: string, comparison: Comparison): Verdict {
  return {
    headline: `${headline(first, second, comparison)}.`,
    details: [...figures(first, second, comparison), ...limits(comparison)],
  };
}

/** Which way a difference goes, and whether chance alone would rarely do the same. */
function finding(difference: number, p: number | null): { readonly sign: number; readonly shown: boolean } {
  return { sign: Math.sign(difference), shown: p !== null && p < significance };
}

function headline(first: string, second: string, comparison: Comparison): string {
  const findings = [
    { name: 'accuracy', ...finding(comparison.accuracyDifference, comparison.accuracyP) },
    ...(comparison.auroc === null
      ? []
      : [{ name: 'ROC AUC', ...finding(comparison.auroc.difference, comparison.auroc.p) }]),
  ];
  const names = (wanted: (item: (typeof findings)[number]) => boolean): string =>
    findings
      .filter(wanted)
      .map((item) => item.name)
      .join(' and ');
  const better = names((item) => item.shown && item.sign > 0);
  const worse = names((item) => item.shown && item.sign < 0);
  const higher = names((item) => item.sign > 0);
  const place = `on this test set`;
  if (better !== '' && worse !== '') {
    return `${second} is better than ${first} in ${better} but worse in ${worse} ${place}`;
  }
  if (better !== '') return `${second} is better than ${first} in ${better} ${place}`;
  if (worse !== '') return `${second} is worse than ${first} in ${worse} ${place}`;
  if (higher === '') return `${second} is not better than ${first} ${place}`;
  return `${second} is not shown to be better than ${first} ${place}: it has the higher ${higher}, but chance alone could do that`;
}

function figures(first: string, second: string, comparison: Comparison): readonly string[] {
  const { counts, n, auroc } = comparison;
  const right = (only: number): string => percent((counts.bothRight + only) / n);
  const accuracy =
    `Accuracy: ${right(counts.onlySecondRight)} against ${right(counts.onlyFirstRight)}. ` +
    `Of ${count(n, 'image')}, ${counts.onlySecondRight} ${counts.onlySecondRight === 1 ? 'is' : 'are'} judged right only by ${second} and ${counts.onlyFirstRight} only by ${first} ` +
    `(exact McNemar ${pValue(comparison.accuracyP)}).`;
  if (auroc === null) return [accuracy, 'ROC AUC: not defined, the test set has one class only.'];
  const tested = auroc.p === null ? 'no test possible, too few images' : `DeLong ${pValue(auroc.p)}`;
  const interval =
    auroc.interval === null ? '' : `, 95% interval ${range(auroc.interval, (value) => signed(value, 3))}`;
  return [
    accuracy,
    `ROC AUC: ${fixed(auroc.aurocB, 3)} against ${fixed(auroc.aurocA, 3)}, a difference of ${signed(auroc.difference, 3)}` +
      `${interval} (${tested}).`,
  ];
}

function limits(comparison: Comparison): readonly string[] {
  const { n, rarer, counts, accuracyP } = comparison;
  const sentences: string[] = [];
  if (n < smallTestSet) {
    sentences.push(
      `The test set is small: with ${count(n, 'image')}, one image is ${fixed(100 / n, 1)} points of accuracy, and unless ` +
        `${decisive()} or more images change from wrong to right no gain in accuracy could be told from chance.`,
    );
  }
  if (rarer < smallClass) {
    sentences.push(
      `Only ${count(rarer, 'test image')} of one class: the p-value and interval of the ROC AUC are a rough guide.`,
    );
  }
  const needed = imagesNeeded(counts.onlyFirstRight / n, counts.onlySecondRight / n);
  if (accuracyP >= significance && needed !== null && needed > n) {
    sentences.push(
      `To show a difference in accuracy like this one with a chance of 80%, some ${grouped(needed)} test images would be needed.`,
    );
  }
  sentences.push(
    'Each run is one training with one seed. The tests speak of other images from the same source, not of other seeds.',
  );
  return sentences;
}

/** The fewest images, all decided the same way, that make McNemar's test significant. */
function decisive(): number {
  let images = 1;
  while (mcnemarExact(0, images) >= significance) images++;
  return images;
}
