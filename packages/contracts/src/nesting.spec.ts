import { describe, expect, it } from '@jest/globals';
import { isNestedDeeper } from './nesting.js';

describe('isNestedDeeper', () => {
  it('counts objects and lists within one another', () => {
    expect(isNestedDeeper('text', 0)).toBe(false);
    expect(isNestedDeeper({ a: [1] }, 2)).toBe(false);
    expect(isNestedDeeper({ a: [1] }, 1)).toBe(true);
    expect(isNestedDeeper(JSON.parse('['.repeat(50_000) + ']'.repeat(50_000)), 100)).toBe(true);
  });

  it('ends for data that holds itself, and for lists that double with every level', () => {
    const self: unknown[] = [];
    self.push(self, self);
    expect(isNestedDeeper(self, 1000)).toBe(true);
    let list: unknown[] = [];
    for (let i = 0; i < 60; i++) list = [list, list];
    expect(isNestedDeeper(list, 100)).toBe(false);
  });
});
