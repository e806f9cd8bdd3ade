/** From a program over tfjs-core to a graph. */
import { fail } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import { withTracing, type TraceSession } from './backend.js';
import { GraphBuilder, type Target } from './builder.js';
import type { ElementType, Graph, GraphOutput, Value } from './ir.js';
import { arrange, identity, materialise, type Lazy } from './layout.js';
import { idlePasses, optimise } from './passes/index.js';
import { TracedVariables, type VariableUse } from './variables.js';

/** Shape and element type of a program's input. */
export interface InputSpec {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  /**
   * Order of the axes in memory: `order[p]` is the logical axis at physical place `p`. Row-major logical order when left
   * out. State that only the graph reads is kept in the order the graph likes best.
   */
  readonly order?: readonly number[];
  /** True: the same in every run, as the weights of a finished model. Changes how it is computed, not what. */
  readonly constant?: boolean;
}

/** What a traced program returns: tensors by name. */
export type TracedFunction = (inputs: Record<string, tf.Tensor>) => Readonly<Record<string, tf.Tensor>>;

/** Settings of {@link trace}. */
export interface TraceOptions {
  readonly inputs: Readonly<Record<string, InputSpec>>;
  /** Axis order outputs shall have in memory, by output name; row-major logical order when left out. */
  readonly outputOrders?: Readonly<Record<string, readonly number[]>>;
  /** `portable` when left out. */
  readonly target?: Target;
  /** Names of passes to leave out, keys of `passes`. */
  readonly skip?: readonly string[];
}

/** Settings of {@link compile}. */
export interface CompileOptions extends TraceOptions {
  /** Axis order in memory of a variable's value, by its shape, for inputs and outputs alike; row-major when left out. */
  readonly stateOrder?: (shape: readonly number[]) => readonly number[];
}

/** A variable that the program reads or assigns. */
export interface StateValue {
  /** The variable's name, made unique among the graph's inputs and outputs. */
  readonly name: string;
  /** Holds what it held before the trace; if the program created it, its initial value. */
  readonly variable: tf.Variable;
  /** Graph input with the value before the call; absent when the program never reads it. */
  readonly inputName?: string;
  /** Graph output with the value after the call; absent when the program never assigns it. */
  readonly outputName?: string;
  /** Order of the axes in memory, of input and output. */
  readonly order: readonly number[];
}

/** What {@link compile} returns. */
export interface Compiled {
  /** Verified; inputs and outputs are the program's, then those of its state. */
  readonly graph: Graph;
  readonly state: readonly StateValue[];
  /** Tensors made outside that the program used: constants of the graph, with the values they had. */
  readonly captured: readonly tf.Tensor[];
}

/**
 * Runs `program` once on tensors without values and records what it does. Variables it reads become inputs of the graph,
 * variables it assigns become outputs; their eager values stay as they are. Variables it creates, as optimizers do at
 * their first step, are part of the state from the start. So `optimizer.minimize` and tfjs LayersModels compile as they are.
 * @throws FoveateError `ENGINE_UNSUPPORTED` when the program reads values, draws random numbers, disposes variables or uses
 *   an operation that has no counterpart in the graph; `ENGINE_INPUT` for shapes that are not fixed and names used twice
 */
export function compile(program: TracedFunction, options: CompileOptions): Compiled {
  return record(program, options).compiled;
}

/**
 * {@link compile} for programs without variables.
 * @returns a verified graph whose inputs and outputs carry the program's names
 * @throws FoveateError as `compile`, and `ENGINE_UNSUPPORTED` when the program reads or assigns a variable
 */
export function trace(program: TracedFunction, options: TraceOptions): Graph {
  const { compiled, uses } = record(program, options);
  const [use] = uses;
  if (use === undefined) return compiled.graph;
  throw fail({
    code: 'ENGINE_UNSUPPORTED',
    what: `The program uses the variable '${use.variable.name}', whose value may change between runs`,
    where: use.where,
    advice:
      'Pass its value in as an input, or compile the program with its variables as state: compile of @foveate/tracer',
  });
}

function record(
  program: TracedFunction,
  { inputs, outputOrders = {}, stateOrder = ({ length }) => identity(length), target, skip = [] }: CompileOptions,
): { compiled: Compiled; uses: readonly VariableUse[] } {
  const b = new GraphBuilder(target);
  const { graph, state, captured, uses } = withTracing(b, (session) => {
    const stateInputs = new Map<tf.Variable, Value>();
    const tensors = Object.fromEntries(
      Object.entries(inputs).map(([name, spec]) => {
        checkSpec(name, spec);
        const lazy = inputLazy(b, b.claim(name) ?? name, spec);
        return [name, session.tensor(lazy, lazy)];
      }),
    );
    const variables = new TracedVariables(session, (variable) => {
      // Named at the end: the program's own outputs choose first.
      const lazy = inputLazy(b, '', {
        shape: variable.shape,
        dtype: supported(variable),
        order: stateOrder(variable.shape),
      });
      stateInputs.set(variable, lazy.value);
      return lazy;
    });
    try {
      const outputs = programOutputs(b, session, program(tensors), outputOrders);
      const uses = variables.uses();
      const next: GraphOutput[] = [];
      const state = uses.map(({ variable, read, assigned }): StateValue => {
        const order = stateOrder(variable.shape);
        const name = unique(b, variable.name);
        const value: StateValue = {
          name,
          variable,
          order,
          ...(read && { inputName: name }),
          ...(assigned && { outputName: unique(b, `${name}:next`) }),
        };
        const input = stateInputs.get(variable);
        if (input !== undefined) input.name = name;
        b.origin.text = `variable ${name}`;
        if (value.outputName !== undefined && assigned !== undefined)
          next.push({ name: value.outputName, value: outputValue(b, name, assigned, order) });
        return value;
      });
      return { graph: b.finish([...outputs, ...next]), state, captured: session.captured(), uses };
    } finally {
      session.afterwards(variables.restore());
    }
  });
  return { compiled: { graph: optimise(graph, [...skip, ...idlePasses(b.target)]), state, captured }, uses };
}

function inputLazy(b: GraphBuilder, name: string, { shape, dtype, order, constant }: InputSpec): Lazy {
  const perm = order ?? identity(shape.length);
  const value = b.input(
    name,
    dtype,
    perm.map((axis) => shape[axis] as number),
    constant,
  );
  return { type: dtype, shape, value, perm };
}

function checkSpec(name: string, { shape }: InputSpec): void {
  if (shape.every((size) => Number.isSafeInteger(size) && size >= 0)) return;
  throw fail({
    code: 'ENGINE_INPUT',
    what: `Input '${name}' has a shape that is not fixed`,
    expected: 'a whole number for every axis',
    got: `[${shape.map(String).join(', ')}]`,
    advice: 'Trace once per shape',
  });
}

/** Graphs know no strings and no complex numbers. */
function supported({ name, dtype }: tf.Variable): InputSpec['dtype'] {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw fail({
    code: 'ENGINE_UNSUPPORTED',
    what: `The variable '${name}' of type ${dtype} cannot be traced`,
    expected: 'float32, int32 or bool',
  });
}

function unique(b: GraphBuilder, name: string): string {
  let result = b.claim(name);
  for (let i = 1; result === undefined; i++) result = b.claim(`${name}_${i}`);
  return result;
}

function programOutputs(
  b: GraphBuilder,
  session: TraceSession,
  results: ReturnType<TracedFunction>,
  orders: Readonly<Record<string, readonly number[]>>,
): GraphOutput[] {
  if ('then' in results && !(results['then'] instanceof tf.Tensor)) {
    // Whatever it does later, it does on the eager backend.
    (results as unknown as Promise<unknown>).catch(() => undefined);
    throw fail({
      code: 'ENGINE_UNSUPPORTED',
      what: 'An asynchronous program cannot be traced',
      advice: 'Return the tensors themselves, not a promise: a trace computes no values one could wait for',
    });
  }
  return Object.entries(results).map(([name, tensor]): GraphOutput => {
    if (b.claim(name) === undefined) {
      throw fail({
        code: 'ENGINE_INPUT',
        what: `Output '${name}' has the name of an input or of another value of the graph`,
        advice: 'Choose another name',
      });
    }
    const lazy = session.lazy(tensor);
    b.origin.text = `output ${name}`;
    return { name, value: outputValue(b, name, lazy, orders[name] ?? identity(lazy.shape.length)) };
  });
}

/** Graph outputs must be computed by a node of their own: ONNX allows no input, constant or twin as output. */
function outputValue(b: GraphBuilder, name: string, lazy: Lazy, order: readonly number[]): Value {
  if (order.length !== lazy.shape.length) {
    throw fail({
      code: 'ENGINE_INPUT',
      what: `Output '${name}' has rank ${lazy.shape.length}, its axis order names ${order.length} axes`,
    });
  }
  const value = lazy.shape.length === 0 ? arrange(b, lazy, order) : materialise(b, lazy, order);
  return b.op('Identity', [value], value.shape, value.type as ElementType);
}
