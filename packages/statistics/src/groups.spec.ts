import { describe, expect, it } from '@jest/globals';
import { groupAccuracies, worstGroup } from './index.js';

describe('groupAccuracies', () => {
  const groups = groupAccuracies([
    { group: 'b', correct: true },
    { group: 'a', correct: true },
    { group: 'b', correct: false },
    { group: 'c', correct: false },
    { group: 'c', correct: true },
  ]);

  it('counts each group, in order of names', () => {
    expect(groups).toEqual([
      { group: 'a', n: 1, correct: 1, accuracy: 1 },
      { group: 'b', n: 2, correct: 1, accuracy: 0.5 },
      { group: 'c', n: 2, correct: 1, accuracy: 0.5 },
    ]);
  });

  it('names the worst, of equal ones the first', () => {
    expect(worstGroup(groups)?.group).toBe('b');
    expect(worstGroup([])).toBeUndefined();
  });
});
