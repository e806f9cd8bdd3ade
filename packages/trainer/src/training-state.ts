/** What a training keeps in the engine: the model, the optimizer's slots and what averaging and gathering need. */
import { fail, type HostTensor, type HostTensors, type Optimizer, type VariableSpec } from '@foveate/contracts';
import { initialise, withPrefix } from '@foveate/tensor';
import type { TrainedModel } from './objective.js';
import type { TrainingSettings } from './settings.js';
import { emaPrefix, gatheredPrefix, gatheredSamples, modelPrefix, optimizerPrefix } from './variables.js';

/** What the layout of a training's state depends on. */
export interface StateParts {
  readonly model: TrainedModel;
  readonly optimizer: Optimizer;
  readonly settings: Pick<TrainingSettings, 'ema' | 'accumulate'>;
  /** Names of the trained variables. */
  readonly trained: ReadonlySet<string>;
}

/** All variables of the state, by their full names. */
export function stateSpecs({ model, optimizer, settings, trained }: StateParts): readonly VariableSpec[] {
  const named = (prefix: string, specs: readonly VariableSpec[]): readonly VariableSpec[] =>
    specs.map((spec) => ({ ...spec, name: `${prefix}/${spec.name}` }));
  const zero = (spec: VariableSpec): VariableSpec => ({ ...spec, initial: () => new Float32Array(sizeOf(spec.shape)) });
  const learned = model.variables.filter(({ name }) => trained.has(name));
  const statistics = model.variables.filter(({ trainable }) => !trainable);
  const samples = { name: gatheredSamples, shape: [], trainable: false, initial: () => new Float32Array(1) };
  return [
    ...named(modelPrefix, model.variables),
    ...named(optimizerPrefix, optimizer.slots(learned)),
    ...(settings.ema !== undefined ? named(emaPrefix, [...learned, ...statistics]) : []),
    ...((settings.accumulate ?? 1) > 1 ? [...named(gatheredPrefix, learned.map(zero)), samples] : []),
  ];
}

/**
 * The model's variables before the first step.
 * @param given values that stand in for initial ones, by variable
 * @throws FoveateError `WEIGHTS_INVALID` naming a value that the model has no variable of that shape for
 */
export function initialModel(model: TrainedModel, seed: number, given: HostTensors = {}): HostTensors {
  const shapes = new Map(model.variables.map(({ name, shape }) => [name, shape.join()]));
  for (const [name, { shape }] of Object.entries(given)) {
    if (shapes.get(name) === shape.join()) continue;
    const expected = shapes.get(name);
    throw fail({
      code: 'WEIGHTS_INVALID',
      where: name,
      what: 'An initial value does not fit the model',
      expected: expected === undefined ? 'no such variable' : `[${expected}]`,
      got: `[${shape.join()}]`,
    });
  }
  return withPrefix(modelPrefix, { ...initialise(model.variables, seed), ...given });
}

/**
 * The values of `specs`: those of `known` and, for what is new, where it starts from: averages from the value itself,
 * slots and sums from their initial value.
 */
export function completed(specs: readonly VariableSpec[], known: HostTensors, seed: number): HostTensors {
  const missing = specs.filter(({ name }) => known[name] === undefined);
  const fresh = initialise(missing, seed);
  return Object.fromEntries(
    specs.map(({ name }): [string, HostTensor] => {
      const value = known[name] ?? known[name.replace(emaPrefix, modelPrefix)] ?? fresh[name];
      if (value === undefined) throw new Error(`No value for '${name}'.`);
      return [name, value];
    }),
  );
}

/** The model's variables as they are validated and tested: averages where they are kept. */
export function servedModel(model: TrainedModel, state: HostTensors): HostTensors {
  return Object.fromEntries(
    model.variables.flatMap(({ name }) => {
      const value = state[`${emaPrefix}/${name}`] ?? state[`${modelPrefix}/${name}`];
      return value === undefined ? [] : [[`${modelPrefix}/${name}`, value]];
    }),
  );
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
