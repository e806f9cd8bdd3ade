/** Each pass on a program that shows what it does; every other pass is left out. */
import { describe, expect, it } from '@jest/globals';
import '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { optimise, passes, trace, type Graph, type TracedFunction } from '../index.js';

type T = tf.Tensor;

const inputs = { x: { shape: [2, 3], dtype: 'float32' } } as const;
const names = Object.keys(passes);

/** The operations of a program after the named passes. */
function operations(program: TracedFunction, ...only: string[]): string[] {
  const graph = trace(program, { inputs, skip: names.filter((name) => !only.includes(name)) });
  return graph.nodes.map(({ op }) => op);
}

describe('deadCode', () => {
  const program: TracedFunction = ({ x }) => {
    tf.exp(tf.neg(x!));
    return { y: tf.relu(x!) };
  };
  it('drops what nobody reads', () => {
    expect(operations(program)).toEqual(['Neg', 'Exp', 'Relu', 'Identity']);
    expect(operations(program, 'deadCode')).toEqual(['Relu', 'Identity']);
  });
});

describe('commonSubexpressions', () => {
  it('computes equal things once, constants compared by content', () => {
    const program: TracedFunction = ({ x }) => ({ y: tf.mul(tf.add(x!, 2), tf.neg(tf.add(x!, 2))) });
    expect(operations(program)).toEqual(['Add', 'Add', 'Neg', 'Mul', 'Identity']);
    expect(operations(program, 'commonSubexpressions')).toEqual(['Add', 'Neg', 'Mul', 'Identity']);
  });

  it('keeps what differs in a constant, an attribute or the order of operands', () => {
    const program: TracedFunction = ({ x }) => ({
      y: tf.addN([
        tf.add(x!, 2),
        tf.add(x!, 3),
        tf.leakyRelu(x!, 0.1),
        tf.leakyRelu(x!, 0.2),
        tf.sub(x!, 2),
        tf.sub(2, x!),
      ]),
    });
    expect(operations(program, 'commonSubexpressions')).toEqual(operations(program));
  });

  it('keeps outputs apart', () => {
    const program: TracedFunction = ({ x }) => ({ a: tf.neg(x!), b: tf.neg(x!) });
    expect(operations(program, 'commonSubexpressions')).toEqual(['Neg', 'Identity', 'Identity']);
  });
});

describe('reluGradientFromOutput', () => {
  it('asks the result of ReLU for its sign, so that its input need not be kept', () => {
    const program: TracedFunction = ({ x }) => ({ y: tf.grad((v: T) => tf.sum(tf.square(tf.relu(v))))(x!) });
    const compared = (...only: string[]): string | undefined => {
      const graph = trace(program, { inputs, skip: names.filter((name) => !only.includes(name)) });
      return graph.nodes.find(({ op }) => op === 'Greater')?.inputs[0]?.producer?.op;
    };
    expect(compared()).toBeUndefined();
    expect(compared('reluGradientFromOutput')).toBe('Relu');
  });

  it('also where the CPU has a steep ramp for the step', () => {
    const graph = trace(({ x }) => ({ y: tf.grad((v: T) => tf.sum(tf.square(tf.relu(v))))(x!) }), {
      inputs,
      target: 'cpu',
    });
    expect(graph.nodes.find(({ op }) => op === 'HardSigmoid')?.inputs[0]?.producer?.op).toBe('Relu');
  });
});

describe('selectInsteadOfMask', () => {
  const gradient: TracedFunction = ({ x }) => ({ y: tf.grad((v: T) => tf.sum(tf.square(tf.relu(v))))(x!) });
  it('turns the gradient of ReLU into a choice', () => {
    expect(operations(gradient)).toContain('Cast');
    const after = operations(gradient, 'selectInsteadOfMask', 'sweep');
    expect(after).toContain('Where');
    expect(after).not.toContain('Cast');
  });

  it('leaves a mask alone that makes the result larger', () => {
    const program: TracedFunction = ({ x }) => ({
      y: tf.mul(tf.sum(x!), tf.cast(tf.greater(x!, 0), 'float32')),
    });
    expect(operations(program, 'selectInsteadOfMask')).not.toContain('Where');
  });
});

describe('swishGradient', () => {
  const gradient: TracedFunction = ({ x }) => ({
    y: tf.grad((v: T) => tf.sum(tf.square(tf.mul(tf.sigmoid(v), v))))(x!),
  });
  it('takes four sweeps instead of six and does without the input', () => {
    const [before, after] = [operations(gradient, 'sweep'), operations(gradient, 'swishGradient', 'sweep')];
    expect(before.length - after.length).toBe(2);
  });

  it('leaves other products of a sigmoid alone', () => {
    const program: TracedFunction = ({ x }) => ({
      y: tf.grad((v: T) => tf.sum(tf.mul(tf.sigmoid(v), tf.square(v))))(x!),
    });
    expect(operations(program, 'swishGradient', 'sweep')).toEqual(operations(program, 'sweep'));
  });
});

describe('dotInsteadOfSumOfProducts', () => {
  const sums = (size: number, program: (x: T) => T): string[] =>
    trace(({ x }) => ({ y: program(x!) }), {
      inputs: { x: { shape: [2, size, size, 3], dtype: 'float32', order: [0, 3, 1, 2] } },
      target: 'cpu',
    }).nodes.map(({ op }) => op);
  it('multiplies rows with rows instead of writing the product', () => {
    const batchNorm = sums(128, (x) => tf.sum(tf.square(x), [0, 1, 2]));
    expect(batchNorm).toEqual(['Reshape', 'FusedMatMul', 'Reshape', 'ReduceSum', 'Reshape']);
    expect(sums(128, (x) => tf.mean(tf.mul(x, tf.neg(x)), [1, 2], true))).toContain('FusedMatMul');
  });

  it.each<[string, number, (x: T) => T]>([
    ['short rows', 4, (x) => tf.sum(tf.square(x), [0, 1, 2])],
    ['sums over the first axis alone', 128, (x) => tf.sum(tf.square(x), 0)],
    ['sums over channels', 128, (x) => tf.sum(tf.square(x), 3)],
    ['factors that broadcast', 128, (x) => tf.sum(tf.mul(x, tf.tensor1d([1, 2, 3])), [1, 2])],
    ['products that are needed otherwise', 128, (x) => tf.add(tf.square(x), tf.sum(tf.square(x), [0, 1, 2]))],
  ])('leaves %s alone', (_name, size, program) => {
    expect(sums(size, program)).not.toContain('FusedMatMul');
  });
});

describe('wideRows', () => {
  const normalised = (channels: number, by: (x: T) => T) =>
    trace(({ x }) => ({ y: by(x!) }), {
      inputs: { x: { shape: [2, 4, 5, channels], dtype: 'float32' } },
      target: 'cpu',
    }).nodes.map(({ op, inputs: [a, c] }) => `${op} ${a?.shape.join()} ${c?.shape.join()}`);
  it('normalises pixels row by row', () => {
    const expected = ['Reshape 2,4,5,3 3', 'Sub 2,4,15 15', 'Reshape 2,4,15 4'];
    expect(normalised(3, (x) => tf.sub(x, [1, 2, 3]))).toEqual(expected);
  });

  it.each<[string, number, (x: T) => T]>([
    ['many channels', 9, (x) => tf.sub(x, [1, 2, 3, 4, 5, 6, 7, 8, 9])],
    ['numbers', 3, (x) => tf.sub(x, 2)],
    ['other axes', 3, (x) => tf.sub(x, tf.reshape(tf.range(0, 5), [5, 1]))],
  ])('leaves %s alone', (_name, channels, by) => {
    expect(normalised(channels, by).join()).toContain(`2,4,5,${channels}`);
  });
});

describe('outputsWithoutCopies', () => {
  it('lets nodes compute outputs, one each', () => {
    const program: TracedFunction = ({ x }) => {
      const y = tf.neg(x!);
      return { y, twin: y, same: x!, one: tf.ones([2]) };
    };
    expect(operations(program)).toEqual(['Neg', 'Identity', 'Identity', 'Identity', 'Expand', 'Identity']);
    const after = operations(program, 'outputsWithoutCopies', 'sweep');
    expect(after).toEqual(['Neg', 'Identity', 'Identity', 'Expand']);
  });
});

describe('optimise', () => {
  it('verifies after every pass and names it', () => {
    const graph = trace(({ x }) => ({ y: tf.neg(x!) }), { inputs });
    const broken: Graph = { ...graph, outputs: [{ name: 'y', value: { name: 'z', type: 'float32', shape: [] } }] };
    expect(() => optimise(broken)).toThrow("after trace: output 'y' is not computed");
  });
});
