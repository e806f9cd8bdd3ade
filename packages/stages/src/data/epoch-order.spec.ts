import { describe, expect, it } from '@jest/globals';
import type { Label } from '@foveate/contracts';
import fc from 'fast-check';
import { epochOrder } from './epoch-order.js';

const samples = (good: number, defective: number) =>
  Array.from({ length: good + defective }, (_, index) => ({
    sample: { id: index, label: (index < good ? 0 : 1) as Label },
  }));
const order = (good: number, defective: number, balanced: boolean, epoch = 1) =>
  epochOrder(samples(good, defective), { seed: 7, epoch, balanced }).map(({ sample }) => sample);

describe('the order of an epoch', () => {
  it('shows every sample once', () => {
    expect(
      order(5, 3, false)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(order(5, 3, false)).toEqual(order(5, 3, false));
    expect(order(5, 3, false)).not.toEqual(order(5, 3, false, 2));
  });

  it('lets the classes take turns when balanced, and shows none of a class again before all of it', () => {
    const counts = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(counts, counts, (good, defective) => {
        const list = order(good, defective, true);
        expect(list.length).toBe(good + defective);
        list.forEach(({ label }, index) => expect(label).toBe(list[index % 2]!.label));
        for (const [label, size] of [
          [0, good],
          [1, defective],
        ] as const) {
          const ids = list.filter((sample) => sample.label === label).map(({ id }) => id);
          for (let at = 0; at + size <= ids.length; at += size)
            expect(new Set(ids.slice(at, at + size)).size).toBe(size);
        }
      }),
    );
    expect(order(4, 2, true)).toEqual(order(4, 2, true));
  });

  it('has only the one class where there is no other', () => {
    expect(
      order(3, 0, true)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual([0, 1, 2]);
  });
});
