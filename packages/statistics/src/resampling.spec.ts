import { describe, expect, it } from '@jest/globals';
import { random } from '@foveate/contracts';
import {
  bootstrap,
  bootstrapDraws,
  holm,
  imagesNeeded,
  mcnemarExact,
  percentiles,
  type DrawnTraining,
} from './index.js';

describe('holm', () => {
  it('adjusts by hand, in the order given', () => {
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    [0.03, 0.06, 0.06, 0.02].forEach((p, i) => expect(adjusted[i]).toBeCloseTo(p, 14));
    expect(holm([0.7, 0.9])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
    expect(() => holm([2])).toThrow(RangeError);
    expect(() => holm([undefined as never, 0.1])).toThrow(RangeError);
  });
});

describe('bootstrap', () => {
  const stream = random(4, 'data');
  const values = Array.from({ length: 400 }, () => 0.3 + stream.normal());
  const images = values.map((_, index) => index);
  const mean = (drawn: readonly number[]) => drawn.reduce((sum, i) => sum + (values[i] as number), 0) / drawn.length;

  it('has the interval of a mean that is known', () => {
    const { interval, p, rounds } = bootstrap(1, [images], (_, drawn) => mean(drawn), { seed: 1, rounds: 4000 })!;
    const centre = mean(images);
    const error = Math.sqrt(values.reduce((sum, v) => sum + (v - centre) ** 2, 0)) / values.length;
    expect(interval.low).toBeCloseTo(centre - 1.96 * error, 1);
    expect(interval.high).toBeCloseTo(centre + 1.96 * error, 1);
    expect(rounds).toBe(4000);
    expect(p).toBeLessThan(0.001);
  });

  it('is the same again, keeps strata, and draws seeds too', () => {
    const seen: number[][] = [];
    const count = (seeds: readonly number[], drawn: readonly number[]) => {
      seen.push([drawn.filter((i) => i < 3).length, seeds.length]);
      return seeds.filter((seed) => seed === 0).length - 1.5;
    };
    const options = { seed: 2, rounds: 500 };
    const first = bootstrap(3, [[0, 1, 2], [3, 4]], count, options)!; // prettier-ignore
    expect(seen.every(([inside, seeds]) => inside === 3 && seeds === 3)).toBe(true);
    expect(bootstrap(3, [[0, 1, 2], [3, 4]], count, options)).toEqual(first); // prettier-ignore
    // Of three draws none to three are of one seed: 3.7% of all are three.
    expect(first.interval).toEqual({ low: -1.5, high: 1.5 });
    expect(first.p).toBeGreaterThan(0.2);
  });

  it('is null where the statistic is not defined, and refuses nothing to draw from', () => {
    expect(bootstrap(1, [[0]], () => null, { seed: 1, rounds: 10 })).toBeNull();
    expect(() => bootstrap(1, [[]], () => 1, { seed: 1 })).toThrow(RangeError);
    expect(() => bootstrap(1, [[0]], () => 1, { seed: 1, level: 1 })).toThrow(RangeError);
  });
});

describe('imagesNeeded', () => {
  it('is the formula, and about right', () => {
    // (1.95996 √0.2 + 0.84162 √0.19)² / 0.01 = 154.6
    expect(imagesNeeded(0.05, 0.15)).toBe(155);
    const stream = random(1, 'power');
    let seen = 0;
    for (let round = 0; round < 400; round++) {
      let [b, c] = [0, 0];
      for (let i = 0; i < 155; i++) {
        const draw = stream.float();
        if (draw < 0.05) b++;
        else if (draw < 0.2) c++;
      }
      if (mcnemarExact(b, c) < 0.05) seen++;
    }
    // The exact test is a little more careful than the formula's.
    expect(seen / 400).toBeGreaterThan(0.68);
    expect(seen / 400).toBeLessThan(0.86);
  });

  it('is null without a difference, and refuses shares that are none', () => {
    expect(imagesNeeded(0.1, 0.1)).toBeNull();
    expect(() => imagesNeeded(0.7, 0.7)).toThrow(RangeError);
  });
});

describe('bootstrapDraws', () => {
  const draws = (...[tests, strata, rounds = 300]: [number[][], number[][], number?]) => {
    const drawn: (readonly DrawnTraining[])[] = [];
    bootstrapDraws(tests, strata, { seed: 3, rounds }, (draw) => drawn.push(draw));
    return drawn;
  };

  it('draws trainings, and images within their strata, of which each training takes those of its test', () => {
    const tests = [[0, 1, 2, 3], [2, 3, 4, 5, 6]]; // prettier-ignore
    const strata = [[0, 1, 2, 4], [3, 5, 6]]; // prettier-ignore
    const drawn = draws(tests, strata);
    expect(drawn).toHaveLength(300);
    for (const { training, images } of drawn.flat())
      expect(images.every((image) => tests[training]?.includes(image))).toBe(true);
    for (const draw of drawn) {
      const [first, second] = [0, 1].map((wanted) => draw.find(({ training }) => training === wanted)?.images);
      const shared = (images: readonly number[]) => images.filter((image) => image === 2 || image === 3);
      if (first !== undefined && second !== undefined) expect(shared(first)).toEqual(shared(second));
    }
    // Of two trainings a quarter of the draws are twice the first, a quarter twice the second.
    const means = drawn.map((draw) => draw.reduce((sum, { training }) => sum + training, 0) / draw.length);
    expect(percentiles(means)!.interval).toEqual({ low: 0, high: 1 });
    expect(draws(tests, strata)).toEqual(drawn);
  });

  it('knows that trainings do not average out the luck of images they share', () => {
    const values = Array.from({ length: 40 }, (_, i) => i % 2);
    const images = values.map((_, i) => i);
    const width = (tests: number[][], strata: number[][]) => {
      const means = draws(tests, strata, 2000).map(
        (draw) =>
          draw.reduce(
            (sum, { images: of }) => sum + of.reduce((total, i) => total + values[i % 40]!, 0) / of.length,
            0,
          ) / draw.length,
      );
      const { low, high } = percentiles(means)!.interval;
      return (high - low) / 2;
    };
    // The standard error of a share of 0.5 of 40 images, and of five times as many.
    expect(width(Array(5).fill(images), [images])).toBeCloseTo(1.96 * Math.sqrt(0.25 / 40), 1);
    const own = Array.from({ length: 5 }, (_, training) => images.map((i) => 40 * training + i));
    expect(width(own, own)).toBeLessThan(0.6 * 1.96 * Math.sqrt(0.25 / 40));
  });

  it('refuses nothing to draw from', () => {
    expect(() => draws([], [])).toThrow(RangeError);
    expect(() => draws([[0], []], [[0]])).toThrow(RangeError);
  });
});

describe('percentiles', () => {
  it('leaves draws out for which the statistic was not defined, up to half of them', () => {
    expect(percentiles([null, null, 1])).toBeNull();
    expect(percentiles([null, 1, 3], 0.5)).toMatchObject({ interval: { low: 1.5, high: 2.5 }, rounds: 2 });
    expect(() => percentiles([])).toThrow(RangeError);
    expect(() => percentiles([NaN])).toThrow(RangeError);
  });
});
