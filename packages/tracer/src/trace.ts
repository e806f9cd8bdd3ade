/** From a program over tfjs-core to a graph. */
import { fail } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { withTracing } from './backend.js';
import { GraphBuilder } from './builder.js';
import type { Graph, GraphOutput } from './ir.js';
import { arrange, identity, materialise, type Lazy } from './layout.js';
import { optimise } from './passes/index.js';

/** Shape and element type of a program's input. */
export interface InputSpec {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  /**
   * Order of the axes in memory: `order[p]` is the logical axis at physical place `p`. Row-major logical order when left
   * out. State that only the graph reads is kept in the order the graph likes best.
   */
  readonly order?: readonly number[];
}

/** What a traced program returns: tensors by name. */
export type TracedFunction = (inputs: Record<string, tf.Tensor>) => Readonly<Record<string, tf.Tensor>>;

/** Settings of {@link trace}. */
export interface TraceOptions {
  readonly inputs: Readonly<Record<string, InputSpec>>;
  /** Axis order outputs shall have in memory, by output name; row-major logical order when left out. */
  readonly outputOrders?: Readonly<Record<string, readonly number[]>>;
}

/**
 * Runs `program` once on tensors without values and records what it does.
 * @returns a verified graph whose inputs and outputs carry the program's names
 * @throws FoveateError `ENGINE_UNSUPPORTED` when the program reads values, draws random numbers or uses an operation that has
 *   no counterpart in the graph
 */
export function trace(program: TracedFunction, { inputs, outputOrders = {} }: TraceOptions): Graph {
  const b = new GraphBuilder();
  const graph = withTracing(b, (session) => {
    const tensors = Object.fromEntries(
      Object.entries(inputs).map(([name, spec]) => {
        const perm = spec.order ?? identity(spec.shape.length);
        const value = b.input(
          name,
          spec.dtype,
          perm.map((axis) => spec.shape[axis] as number),
        );
        return [name, session.tensor({ type: spec.dtype, shape: spec.shape, value, perm })];
      }),
    );
    const outputs = Object.entries(program(tensors)).map(([name, tensor]): GraphOutput => {
      const lazy: Lazy = session.lazy(tensor);
      b.origin.text = `output ${name}`;
      return { name, value: outputValue(b, name, lazy, outputOrders[name] ?? identity(lazy.shape.length)) };
    });
    return b.finish(outputs);
  });
  return optimise(graph);
}

/** Graph outputs must be computed by a node of their own: ONNX allows no input, constant or twin as output. */
function outputValue(b: GraphBuilder, name: string, lazy: Lazy, order: readonly number[]): GraphOutput['value'] {
  if (order.length !== lazy.shape.length) {
    throw fail({
      code: 'ENGINE_INPUT',
      what: `Output '${name}' has rank ${lazy.shape.length}, its axis order names ${order.length} axes`,
    });
  }
  const value = lazy.shape.length === 0 ? arrange(b, lazy, order) : materialise(b, lazy, order);
  return b.op('Identity', [value], value.shape, value.type);
}
