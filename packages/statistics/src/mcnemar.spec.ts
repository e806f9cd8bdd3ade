import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mcnemarExact, pairedDifferenceInterval } from './index.js';

/** 2 · P(X ≤ min(b, c)) for X ~ Binomial(b + c, ½), in whole numbers until the end. */
function byEnumeration(b: number, c: number): number {
  const n = BigInt(b + c);
  let coefficient = 1n;
  let sum = 0n;
  for (let i = 0n; i <= BigInt(Math.min(b, c)); i++) {
    sum += coefficient;
    coefficient = (coefficient * (n - i)) / (i + 1n);
  }
  const scaled = (2n * sum * 10n ** 40n) / 2n ** n;
  return Math.min(1, Number(scaled) / 1e40);
}

describe('mcnemarExact', () => {
  it('of cases counted by hand', () => {
    expect(mcnemarExact(0, 0)).toBe(1);
    expect(mcnemarExact(3, 3)).toBe(1);
    expect(mcnemarExact(0, 5)).toBe(2 / 32);
    expect(mcnemarExact(0, 6)).toBe(2 / 64);
    // 2 · (1 + 8) / 256; Fagerland et al. 2014 publish 0.0703 for this table.
    expect(mcnemarExact(1, 7)).toBe(18 / 256);
  });

  it('equals the enumeration, whichever way round', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), (b, c) => {
        expect(mcnemarExact(b, c) / byEnumeration(b, c)).toBeCloseTo(1, 12);
        expect(mcnemarExact(c, b)).toBe(mcnemarExact(b, c));
      }),
    );
  });

  it('neither overflows nor loses the tail with many images', () => {
    expect(mcnemarExact(1900, 2100) / byEnumeration(1900, 2100)).toBeCloseTo(1, 10);
    expect(mcnemarExact(0, 1000)).toBe(2 ** -999);
    expect(() => mcnemarExact(-1, 2)).toThrow(RangeError);
  });
});

describe('pairedDifferenceInterval', () => {
  it('gives the published limits', () => {
    // Altman et al., Statistics with Confidence (2000), table 6.2: 14, 5, 0, 22.
    const altman = pairedDifferenceInterval({ bothRight: 14, onlyFirstRight: 0, onlySecondRight: 5, bothWrong: 22 });
    expect(altman.low).toBeCloseTo(0.01, 2);
    expect(altman.high).toBeCloseTo(0.23, 2);
    // Fagerland, Lydersen and Laake, Statistics in Medicine 33 (2014): airway hyper-responsiveness, 1, 1, 7, 12.
    const airway = pairedDifferenceInterval({ bothRight: 1, onlyFirstRight: 7, onlySecondRight: 1, bothWrong: 12 });
    expect(airway.low).toBeCloseTo(-0.507, 3);
    expect(airway.high).toBeCloseTo(-0.026, 3);
  });

  it('does not collapse without disagreement, and turns with the order', () => {
    const alike = pairedDifferenceInterval({ bothRight: 38, onlyFirstRight: 0, onlySecondRight: 0, bothWrong: 2 });
    expect(alike.low).toBeLessThan(0);
    expect(alike.high).toBeCloseTo(-alike.low, 14);
    const there = pairedDifferenceInterval({ bothRight: 30, onlyFirstRight: 2, onlySecondRight: 6, bothWrong: 2 });
    const back = pairedDifferenceInterval({ bothRight: 30, onlyFirstRight: 6, onlySecondRight: 2, bothWrong: 2 });
    expect(there.low).toBeCloseTo(-back.high, 14);
    expect(there.high).toBeCloseTo(-back.low, 14);
    expect(pairedDifferenceInterval({ bothRight: 0, onlyFirstRight: 0, onlySecondRight: 0, bothWrong: 0 })).toEqual({
      low: -1,
      high: 1,
    });
  });
});
