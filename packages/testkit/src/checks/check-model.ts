import {
  random,
  type HostTensor,
  type HostTensors,
  type Model,
  type Plugin,
  type VariableSpec,
  messageOf,
} from '@foveate/contracts';
import { initialise } from '@foveate/tensor';
import { normalTensor } from '../parity.js';
import { broken, builtAndDescribed, same } from './broken.js';
import { inferenceProgram, modelProgram, stagesProgram, type ModelRecord } from './model-programs.js';
import { distance, onOracle, onTested, requireFinite, requireSameEverywhere, type EngineSetting } from './programs.js';

/** Settings of {@link checkModel}. */
export interface ModelSetting extends EngineSetting {
  /** Height and width of the images; 32 x 32 when left out. Choose options that make the model small. */
  readonly size?: readonly [height: number, width: number];
}

const [count, classes] = [4, 3];

/**
 * Checks a model at a small size: variables and initial values, shapes, samples that do not mix in inference, stages that
 * are the whole and name what they read, statistics that a training step updates and frozen layers keep, a gradient for
 * every trainable variable, and the same on both engines.
 * @throws FoveateError `PLUGIN_INVALID` naming what is broken
 */
export async function checkModel(plugin: Plugin<'model'>, setting: ModelSetting): Promise<void> {
  const [height, width] = setting.size ?? [32, 32];
  const factory = await builtAndDescribed(plugin, setting);
  const model = build(plugin, () => factory.build({ height, width, classes }));
  for (const [name, expected] of Object.entries({ height, width, classes }))
    if (model[name as 'height'] !== expected)
      throw broken(plugin, `Its '${name}' is not what was asked for`, { expected, got: model[name as 'height'] });
  checkVariables(plugin, model.variables);

  const noise = normalTensor([count, height, width, 3], 1, 'images');
  const images = { ...noise, data: (noise.data as Float32Array).map((value) => 0.5 + 0.2 * Math.tanh(value)) };
  const values = trainedValues(model);
  const plain = await onOracle(plugin, setting, inferenceProgram(model), { images, ...values });
  const { featureMap, logits } = plain as Record<'featureMap' | 'logits', HostTensor>;
  if (featureMap.shape.length !== 4 || featureMap.shape[0] !== count)
    throw broken(plugin, 'Its feature map has another shape', {
      expected: `[${count}, h, w, K]`,
      got: featureMap.shape,
    });
  if (logits.shape.join() !== [count, classes].join())
    throw broken(plugin, 'Its logits have another shape', { expected: [count, classes], got: logits.shape });
  requireFinite(plugin, plain);
  await requireSameEverywhere(plugin, setting, inferenceProgram(model), { images, ...values }, plain);

  const first = { ...images, shape: [1, height, width, 3], data: images.data.slice(0, height * width * 3) };
  const alone = await onTested(plugin, setting, inferenceProgram(model), { images: first, ...values });
  const row = { ...logits, shape: [1, classes], data: logits.data.slice(0, classes) };
  if (!(distance(alone['logits'], row) <= 1e-3))
    throw broken(plugin, 'In inference a sample depends on the others of its batch');
  await checkStages(plugin, setting, model, { images, ...values }, featureMap);
  await checkTraining(plugin, setting, model, { images, ...values, ...keepingNoise(model) }, featureMap);
}

function build(plugin: Plugin, make: () => Model): Model {
  try {
    return make();
  } catch (error) {
    throw broken(plugin, `It cannot be built: ${messageOf(error)}`);
  }
}

function checkVariables(plugin: Plugin, variables: readonly VariableSpec[]): void {
  const seen = new Set<string>();
  for (const { name, shape, initial } of variables) {
    if (seen.has(name)) throw broken(plugin, 'Two variables have the same name', { got: name });
    seen.add(name);
    const size = shape.reduce((product, side) => product * side, 1);
    const draw = () => initial(random(1, 'testkit', name));
    if (draw().length !== size)
      throw broken(plugin, `The initial values of '${name}' do not fill its shape`, {
        expected: size,
        got: draw().length,
      });
    if (!same(draw(), draw())) throw broken(plugin, `The same random numbers give '${name}' other initial values`);
  }
}

async function checkStages(
  plugin: Plugin,
  setting: EngineSetting,
  model: Model,
  inputs: HostTensors,
  whole: HostTensor,
) {
  if (model.stages === undefined) return;
  const reads: ModelRecord = new Map();
  const { featureMap } = await onTested(plugin, setting, stagesProgram(model, reads), inputs);
  if (!(distance(featureMap, whole) <= 1e-3))
    throw broken(plugin, 'Its stages together compute something else than its features');
  for (const { name, variables } of model.stages) {
    const unnamed = [...(reads.get(name) ?? [])].find((variable) => !variables.includes(variable));
    if (unnamed !== undefined)
      throw broken(plugin, `Stage '${name}' reads a variable that it does not name`, { got: unnamed });
  }
}

async function checkTraining(
  plugin: Plugin,
  setting: EngineSetting,
  model: Model,
  inputs: HostTensors,
  whole: HostTensor,
) {
  const frozenUpdates: ModelRecord = new Map();
  const frozen = await onTested(
    plugin,
    setting,
    modelProgram(model, { isFrozen: true, updates: frozenUpdates }),
    inputs,
  );
  const [followed] = frozenUpdates.keys();
  if (followed !== undefined) throw broken(plugin, 'Frozen layers update their statistics', { got: followed });
  if (!(distance(frozen['featureMap'], whole) <= 1e-3))
    throw broken(plugin, 'Frozen layers compute something else than in inference');

  const updates: ModelRecord = new Map();
  const trained = await onTested(plugin, setting, modelProgram(model, { isFrozen: false, updates }), inputs);
  requireFinite(plugin, trained);
  for (const { name, trainable } of model.variables) {
    if (updates.has(name) === trainable)
      throw broken(
        plugin,
        trainable
          ? 'A training step updates a variable that is trained'
          : 'A training step does not update a statistic',
        { got: name },
      );
    if (trainable && trained[`gradient of ${name}`]?.data.every((value: number) => value === 0) === true)
      throw broken(plugin, 'A trainable variable has no gradient', { got: name });
  }
}

/** Values of a model that was trained for a while: no statistics, scales or offsets are those of the start. */
function trainedValues(model: Model): HostTensors {
  return Object.fromEntries(
    Object.entries(initialise(model.variables, 1)).map(([name, tensor]) => {
      const by = normalTensor(tensor.shape, 2, name).data;
      return [
        `model/${name}`,
        { ...tensor, data: (tensor.data as Float32Array).map((x, i) => x + 0.1 * Math.tanh(by[i] as number)) },
      ];
    }),
  );
}

/** Random numbers with which nothing is dropped. */
function keepingNoise({ noise = {} }: Model): HostTensors {
  return Object.fromEntries(
    Object.entries(noise).map(([name, width]) => [
      `noise/${name}`,
      { dtype: 'float32' as const, shape: [count, width], data: new Float32Array(count * width).fill(0.999) },
    ]),
  );
}
