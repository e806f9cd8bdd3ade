import { describe, expect, it } from '@jest/globals';
import { Recent } from './recent.js';

describe('what was used of late', () => {
  it('keeps the newest and drops the one not asked for the longest', () => {
    const dropped: string[] = [];
    const recent = new Recent<string>(2, (entry) => dropped.push(entry));
    const ask = (key: string): string => recent.get(key, () => `made ${key}`);
    expect([ask('a'), ask('b'), ask('a'), ask('c')]).toEqual(['made a', 'made b', 'made a', 'made c']);
    expect(dropped).toEqual(['made b']);
    ask('b');
    expect(dropped).toEqual(['made b', 'made a']);
    recent.delete('b');
    recent.clear();
    expect(dropped).toEqual(['made b', 'made a', 'made c']);
  });
});
