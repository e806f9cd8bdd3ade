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

describe('optimise', () => {
  it('verifies after every pass and names it', () => {
    const graph = trace(({ x }) => ({ y: tf.neg(x!) }), { inputs });
    const broken: Graph = { ...graph, outputs: [{ name: 'y', value: { name: 'z', type: 'float32', shape: [] } }] };
    expect(() => optimise(broken)).toThrow("after trace: output 'y' is not computed");
  });
});
