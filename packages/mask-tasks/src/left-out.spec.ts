import { describe, expect, it } from '@jest/globals';
import { fail } from '@foveate/contracts';
import { isOfOneImage, LeftOuts, printable } from './left-out.js';

describe('what is left out', () => {
  it('is counted by reason, and listed up to a bound', () => {
    const leftOut = new LeftOuts();
    for (let i = 0; i < 100_001; i++) leftOut.add({ path: 'a.json', reason: 'one', message: String(i) });
    leftOut.add({ path: 'a.json', reason: 'two', message: 'x' });
    expect(leftOut.toJSON().counts).toEqual({ one: 100_001, two: 1 });
    expect(leftOut.list).toHaveLength(100_000);
  });

  it('changes nothing on a terminal, and is not endless', () => {
    expect(printable('a\u001b[31mb\u202ec\nd ü 漢')).toBe('a\\u001b[31mb\\u202ec\\u000ad ü 漢');
    expect(printable('x'.repeat(1e6))).toHaveLength(601);
  });

  it('is what is wrong with one image, not with the store or the disk', () => {
    const data = { code: 'DATA_INVALID', what: 'x' } as const;
    expect(isOfOneImage(fail(data))).toBe(true);
    expect(isOfOneImage(fail({ ...data, reason: 'store-refused' }))).toBe(true);
    expect(isOfOneImage(fail({ ...data, reason: 'store-damaged' }))).toBe(false);
    expect(isOfOneImage(fail({ code: 'OUTPUT_UNWRITABLE', what: 'x' }))).toBe(false);
    expect(isOfOneImage(new Error('x'))).toBe(false);
  });
});
