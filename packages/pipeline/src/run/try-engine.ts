/** Does the engine of a configuration train on this machine, and how fast? */
import { fail, random } from '@foveate/contracts';
import type { HostTensors } from '@foveate/contracts';
import { initialise, withPrefix } from '@foveate/tensor';
import { stepTensors, trainStepProgram } from '@foveate/trainer';
import { buildServices } from '@foveate/assembly';
import type { Registry, RunConfig } from '@foveate/assembly';
import { buildNetwork } from '@foveate/stages';

/** What a trial found. */
export interface EngineTrial {
  /** What the engine says of itself. */
  readonly description: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Loss of the last step; the same on every engine but for rounding. */
  readonly loss: number;
  /** Time of the first step with everything that is prepared once, in milliseconds. */
  readonly firstStepMs: number;
  /** Median time of the later steps in milliseconds. */
  readonly stepMs: number;
}

const steps = 5;

/** A batch of noise, half of it defective, the area of interest the left half. */
function noise([height, width]: readonly [number, number], n: number, seed: number): HostTensors {
  const stream = random(seed, 'trial');
  const pixels = n * height * width;
  return {
    images: {
      dtype: 'float32',
      shape: [n, height, width, 3],
      data: Float32Array.from({ length: pixels * 3 }, () => stream.uniform(0, 1)),
    },
    labels: { dtype: 'int32', shape: [n], data: Int32Array.from({ length: n }, (_, index) => index % 2) },
    aoi: {
      dtype: 'float32',
      shape: [n, height, width],
      data: Float32Array.from({ length: pixels }, (_, index) => Number(index % width < width / 2)),
    },
  };
}

/**
 * Trains a few steps.
 * @throws FoveateError whatever the engine says; `TRAINING_DIVERGED` when it computes no finite loss
 */
export async function tryEngine(config: RunConfig, registry: Registry): Promise<EngineTrial> {
  const services = await buildServices(config, registry);
  const optimizer = await services.get('optimizer');
  const { model, loss, engine } = await buildNetwork(config, services);
  try {
    const slots = optimizer.slots(model.variables.filter(({ trainable }) => trainable));
    const state = engine.createState({
      ...withPrefix('model', initialise(model.variables, config.seed)),
      ...withPrefix('optimizer', initialise(slots, config.seed)),
    });
    const program = engine.compile(trainStepProgram({ model, loss, optimizer }), state);
    const { batchSize } = config.training;
    const batch = {
      ...noise(config.data.size, batchSize, config.seed),
      ...stepTensors(model, batchSize, optimizer.learningRate, random(config.seed, 'trial', 'noise')),
    };
    const times: number[] = [];
    let last = Number.NaN;
    for (let step = 0; step < steps; step++) {
      const start = performance.now();
      const outputs = await program.run(batch);
      times.push(performance.now() - start);
      last = outputs['loss']?.data[0] ?? Number.NaN;
    }
    program.dispose();
    state.dispose();
    if (!Number.isFinite(last)) {
      throw fail({ code: 'TRAINING_DIVERGED', what: 'The engine computes no finite loss', got: String(last) });
    }
    const [firstStepMs = 0, ...later] = times;
    const stepMs = later.sort((a, b) => a - b)[Math.floor(later.length / 2)] ?? 0;
    return { ...engine.info, loss: last, firstStepMs, stepMs };
  } finally {
    engine.dispose();
  }
}
