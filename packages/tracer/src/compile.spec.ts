import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import '@foveate/tensor';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { compile, encodeOnnx, toText, trace, type TracedFunction } from './index.js';

type T = tf.Tensor;

beforeAll(() => {
  // Without it the backend advises to install another one.
  tf.env().set('PROD', true);
  return tf.setBackend('cpu');
});
afterEach(() => {
  tf.disposeVariables();
});

const vector = { x: { shape: [3], dtype: 'float32' } } as const;
/** Compiles a program whose input x has three elements. */
const graphOf = (program: TracedFunction) => compile(program, { inputs: vector });

describe('text', () => {
  it('shows one line per node with operation and source line', () => {
    const w = tf.variable(tf.tensor1d([1, 2, 3]), true, 'w');
    const { graph } = graphOf(({ x }) => {
      const y = tf.relu(tf.add(x!, w));
      w.assign(tf.mul(y, 2));
      return { y };
    });
    const line = Number(/compile\.spec\.ts:(\d+)/.exec(toText(graph))?.[1]);
    expect(toText(graph)).toBe(
      [
        'input x: float32[3]',
        'input w: float32[3]',
        `add_0: float32[3] = Add(x, w)  # Add @ tracer/src/compile.spec.ts:${line}`,
        `relu_1: float32[3] = Relu(add_0)  # Relu @ tracer/src/compile.spec.ts:${line}`,
        `mul_3: float32[3] = Mul(relu_1, (2))  # Multiply @ tracer/src/compile.spec.ts:${line + 1}`,
        'output y = relu_1',
        'output w:next = mul_3',
      ].join('\n'),
    );
    expect(encodeOnnx(graph).length).toBeGreaterThan(100);
  });
});

describe('variables', () => {
  it('are state as far as they are used', () => {
    const [read, written, both, idle] = ['read', 'written', 'both', 'idle'].map((name) =>
      tf.variable(tf.tensor1d([1, 2, 3]), true, name),
    ) as [tf.Variable, tf.Variable, tf.Variable, tf.Variable];
    const ids = [read, written, both, idle].map(({ dataId }) => dataId);
    const { numTensors, numDataBuffers } = tf.memory();
    const { state } = graphOf(({ x }) => {
      written.assign(tf.add(read, x!) as tf.Tensor1D);
      both.assign(tf.add(both, written) as tf.Tensor1D);
      return {};
    });
    expect(state.map(({ name, inputName, outputName }) => [name, inputName, outputName])).toEqual([
      ['read', 'read', undefined],
      ['written', undefined, 'written:next'],
      ['both', 'both', 'both:next'],
    ]);
    expect([read, written, both, idle].map(({ dataId }) => dataId)).toEqual(ids);
    expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers });
    expect([...written.dataSync()]).toEqual([1, 2, 3]);
  });

  it('may be assigned each other, and outside tensors', () => {
    const [a, b] = ['a', 'b'].map((name) => tf.variable(tf.tensor1d([1, 2, 3]), true, name)) as [
      tf.Variable,
      tf.Variable,
    ];
    const outside = tf.tensor1d([4, 5, 6]);
    const { numTensors, numDataBuffers } = tf.memory();
    const { state } = graphOf(() => {
      a.assign(b);
      b.assign(outside);
      return {};
    });
    expect(state.map(({ name, inputName }) => [name, inputName])).toEqual([
      ['a', undefined],
      ['b', 'b'],
    ]);
    expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers });
    expect([...outside.dataSync(), ...a.dataSync(), ...b.dataSync()]).toEqual([4, 5, 6, 1, 2, 3, 1, 2, 3]);
  });

  it('get names that nothing else has', () => {
    const w = tf.variable(tf.tensor1d([1, 2, 3]), true, 'x');
    const { state, graph } = graphOf(({ x }) => ({ w: tf.add(x!, w) }));
    expect(state[0]?.inputName).toBe('x_1');
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x', 'x_1']);
  });

  it('made by the program hold their initial values afterwards', () => {
    let made: tf.Variable | undefined;
    const { state } = graphOf(({ x }) => {
      made ??= tf.variable(tf.transpose(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3])), false, 'made');
      made.assign(tf.add(made, tf.expandDims(x!, 1)));
      return {};
    });
    expect(state[0]).toMatchObject({ name: 'made', inputName: 'made', outputName: 'made:next' });
    expect([...made!.dataSync()]).toEqual([1, 4, 2, 5, 3, 6]);
  });

  it('are as they were after a program that fails', () => {
    const w = tf.variable(tf.tensor1d([1, 2, 3]), true, 'w');
    expect(() =>
      graphOf(() => {
        w.assign(tf.mul(w, 2));
        throw new Error('enough');
      }),
    ).toThrow('enough');
    expect([...w.dataSync()]).toEqual([1, 2, 3]);
    expect(tf.getBackend()).toBe('cpu');
    w.assign(tf.add(w, 1));
    expect([...w.dataSync()]).toEqual([2, 3, 4]);
  });

  it('are no part of a mere trace', () => {
    const w = tf.variable(tf.tensor1d([1, 2, 3]), true, 'w');
    expect(() => trace(({ x }) => ({ y: tf.add(x!, w) }), { inputs: vector })).toThrow(
      /compile\.spec\.ts:\d+: The program uses the variable 'w'.*compile of @foveate\/tracer/,
    );
  });
});

describe('captured tensors', () => {
  it('become constants and stay where they are', () => {
    const captured = tf.tensor1d([1, 2, 3]);
    const { numTensors } = tf.memory();
    const compiled = graphOf(({ x }) => ({ y: tf.add(x!, captured), z: tf.mul(x!, captured) }));
    expect(compiled.captured).toEqual([captured]);
    expect(toText(compiled.graph)).toContain('Add(x, (1 2 3))');
    expect(tf.memory().numTensors).toBe(numTensors);
    expect([...captured.dataSync()]).toEqual([1, 2, 3]);
  });
});

describe('a program is refused that', () => {
  const kept: T[] = [];
  it.each<[string, TracedFunction, RegExp]>([
    ['reads values', ({ x }) => ({ y: tf.mul(x!, x!.dataSync()[0]!) }), /cannot read the values.*tf\.where/],
    [
      'reads values in a condition',
      ({ x }) => ({ y: (tf.sum(x!).arraySync() as number) > 0 ? x! : x! }),
      /cannot read/,
    ],
    ['draws normal numbers', ({ x }) => ({ y: tf.add(x!, tf.randomNormal([3])) }), /tf\.randomNormal draws.*input/],
    ['draws uniform numbers', ({ x }) => ({ y: tf.add(x!, tf.randomUniform([3])) }), /tf\.randomUniform draws/],
    ['drops out', ({ x }) => ({ y: tf.dropout(x!, 0.5) }), /tf\.(dropout|randomUniform) draws/],
    ['draws truncated numbers', () => ({ y: tf.truncatedNormal([3]) }), /tf\.truncatedNormal draws/],
    ['draws classes', ({ x }) => ({ y: tf.multinomial(x as tf.Tensor1D, 2) }), /Multinomial cannot be traced.*outside/],
    ['has an unknown operation', ({ x }) => ({ y: tf.fft(tf.complex(x!, x!)) }), /Complex cannot.*real and imaginary/],
    ['has shapes made of values', ({ x }) => ({ y: tf.unique(x!).values }), /Unique cannot be traced.*fixed shapes/],
    ['holds strings', () => ({ y: tf.tensor1d(['a']) }), /type string cannot be traced/],
    ['is asynchronous', (async ({ x }: { x: T }) => ({ y: await x })) as unknown as TracedFunction, /asynchronous/],
    ['names an output like an input', ({ x }) => ({ x: tf.neg(x!) }), /Output 'x' has the name of an input/],
    [
      'traces another',
      ({ x }) => {
        trace(({ x: inner }) => ({ y: inner! }), { inputs: vector });
        return { y: x! };
      },
      /cannot trace another/,
    ],
    [
      'disposes a variable',
      ({ x }) => {
        const v = tf.variable(tf.zeros([3]));
        v.assign(x!);
        const y = tf.neg(v);
        v.dispose();
        return { y };
      },
      /creates and disposes the variable/,
    ],
    [
      'computes the initial value of a variable',
      ({ x }) => ({ y: tf.neg(tf.variable(tf.exp(x!), true, 'shadow')) }),
      /creates the variable 'shadow' and computes its initial value.*before the program is compiled/,
    ],
  ])('%s', (_name, program, message) => {
    expect(() => graphOf(program)).toThrow(message);
    expect(tf.getBackend()).toBe('cpu');
  });

  it('uses tensors of an earlier trace', () => {
    graphOf(({ x }) => {
      kept.push(tf.keep(tf.neg(x!)));
      return {};
    });
    expect(() => graphOf(() => ({ y: tf.neg(kept[0]!) }))).toThrow('A tensor of an earlier trace is used');
    expect(() => kept[0]!.dataSync()).toThrow('made while a program was traced has no values');
    expect(() => tf.neg(kept[0]!)).toThrow('made while a program was traced has no values');
  });

  it.each([[[-1, 3]], [[null, 3]], [[2.5]]])('has an input of shape %j', (shape) => {
    expect(() =>
      compile(({ x }) => ({ y: x! }), { inputs: { x: { shape: shape as number[], dtype: 'float32' } } }),
    ).toThrow("Input 'x' has a shape that is not fixed");
  });

  it('adds shapes that do not fit', () => {
    const inputs = { x: { shape: [2, 2], dtype: 'float32' }, y: { shape: [3, 3], dtype: 'float32' } } as const;
    expect(() => compile(({ x, y }) => ({ z: tf.add(x!, y!) }), { inputs })).toThrow(
      /compile\.spec\.ts:\d+: Add cannot be .* shapes \[2, 2\] and \[3, 3\] do not broadcast/,
    );
  });

  it('says where', () => {
    const lineOf = (error: unknown): string => /^(\S+):/.exec((error as Error).message)?.[1] ?? '';
    try {
      graphOf(({ x }) => ({ y: tf.unique(x!).values }));
    } catch (error) {
      expect(lineOf(error)).toMatch(/^tracer\/src\/compile\.spec\.ts:\d+$/);
    }
    expect.assertions(1);
  });
});
