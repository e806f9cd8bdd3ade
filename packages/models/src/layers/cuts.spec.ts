import { describe, expect, it } from '@jest/globals';
import { between, cuts } from './cuts.js';

class Value {
  readonly name: string;
  readonly inputs: readonly Value[];
  constructor(name: string, ...inputs: readonly Value[]) {
    this.name = name;
    this.inputs = inputs;
  }
}

const names = (values: readonly Value[]): string[] => values.map(({ name }) => name);

describe('cuts', () => {
  // input - a - b ----- sum - output, with a branch from a over c to the sum, and a constant.
  const input = new Value('input');
  const a = new Value('a', input, new Value('weight'));
  const b = new Value('b', a);
  const c = new Value('c', a);
  const sum = new Value('sum', b, c);
  const output = new Value('output', sum);

  it('are where every path passes, in order', () => {
    expect(names(cuts(input, output))).toEqual(['a', 'sum', 'output']);
  });

  it('divide a graph into what each part needs', () => {
    expect(names(between(a, sum)).sort()).toEqual(['b', 'c', 'sum']);
    expect(between(a, a)).toEqual([]);
    const order = names(between(input, output));
    for (const [needed, by] of [
      ['weight', 'a'],
      ['b', 'sum'],
      ['c', 'sum'],
    ] as const) {
      expect(order.indexOf(needed)).toBeLessThan(order.indexOf(by));
    }
  });

  it('are found in graphs deeper than the call stack', () => {
    let top = input;
    for (let index = 0; index < 100_000; index++) top = new Value(String(index), top);
    expect(between(input, top)).toHaveLength(100_000);
  });
});
