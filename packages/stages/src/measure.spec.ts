import { describe, expect, it } from '@jest/globals';
import type { Metric } from '@foveate/contracts';
import { measuresOf } from '@foveate/contracts';

const metric = (measures: object): Metric => ({ measure: () => measures as ReturnType<Metric['measure']> });

describe('measuresOf', () => {
  it('joins the figures of all metrics', () => {
    const groups = { a: 0.5, b: null };
    expect(measuresOf([metric({ n: 3, accuracy: 1 }), metric({ accuracy: 0.5, groups, kappa: null })], [])).toEqual({
      n: 3,
      accuracy: 0.5,
      groups,
      kappa: null,
    });
  });

  it('has null for what is no finite number, as run.json will', () => {
    expect(measuresOf([metric({ f1: 0 / 0, parts: { a: Infinity } })], [])).toEqual({ f1: null, parts: { a: null } });
  });

  it.each([
    ['f1', 'good'],
    ['f1', undefined],
    ['f1', true],
    ['f1.a', { a: [1] }],
    ['f1.a', { a: { b: 1 } }],
  ])('names %s where a metric gives %j', (where, value) => {
    expect(() => measuresOf([metric({ f1: value })], [])).toThrow(
      expect.objectContaining({ code: 'PLUGIN_INVALID', parts: expect.objectContaining({ where }) }),
    );
  });
});
