/** EfficientNet fine-tuned on both engines: what is frozen, what is cached, and every optimizer. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { random, type Batch, type Engine, type Model, type PluginContext, type RunEvent } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { ce } from '@foveate/loss-ce';
import { efficientNetB0 } from '@foveate/models';
import { decodeSafetensors, initialise, withPrefix } from '@foveate/tensor';
import {
  frozenStagesAt,
  stepTensors,
  train,
  trainedVariables,
  trainStepProgram,
  FeatureCache,
  type PlannedBatches,
  type TrainOptions,
} from '@foveate/trainer';
import { adamaxOptimizer, adamOptimizer, adamwOptimizer, sgdOptimizer } from '@foveate/optimizers';
import { lastValueFrom, toArray } from 'rxjs';
import { readFileSync } from 'node:fs';

const onnx = onnxEngine({ threads: 2 });
const oracle = tfjsEngine();
const root = mkdtempSync(join(tmpdir(), 'foveate-fine-tuning-'));
afterAll(() => {
  onnx.dispose();
  oracle.dispose();
  rmSync(root, { recursive: true });
});

const context = {} as PluginContext;
const loss = await ce.register({ labelSmoothing: 0.1 }, context);

async function efficientNet(options: object, side = 32): Promise<Model> {
  const validated = await efficientNetB0.options['~standard'].validate(options);
  if (validated.issues !== undefined) throw new Error(JSON.stringify(validated.issues));
  return (await efficientNetB0.register(validated.value, context)).build({ height: side, width: side, classes: 2 });
}

/** All stages, few channels. */
const narrow = await efficientNet({ width: 0.125, depth: 0.5 });

describe('EfficientNet-B0', () => {
  it('has 81 convolutions, the last 20 of which reach down into the second block of stage 6', async () => {
    const model = await efficientNet({}, 224);
    const kernels = model.variables.filter(({ shape }) => shape.length === 4).map(({ name }) => name);
    expect(kernels.length).toBe(81);
    const trained = trainedVariables(model, { lastConv: 20 });
    expect(kernels.filter((name) => trained.has(name)).length).toBe(20);
    expect(kernels.find((name) => trained.has(name))).toMatch(/^stage6\/block2\/depthwise\//);
    expect(trained.has('logits/kernel')).toBe(true);
    const frozen = frozenStagesAt(model, { train: { lastConv: 20 } }, 1);
    expect(model.stages?.[frozen]?.name).toBe('stage6/block2');
  });
});

const side = narrow.height;

function batchOf(order: readonly number[]): Batch {
  const images = new Float32Array(order.length * side * side * 3);
  order.forEach((index, at) => {
    const stream = random(9, 'pixels', index);
    const size = side * side * 3;
    for (let i = 0; i < size; i++)
      images[at * size + i] = 0.4 * stream.float() + (index % 2 === 1 && i < size / 2 ? 0.3 : 0);
  });
  return {
    ids: order.map(String),
    images,
    aoi: new Float32Array(order.length * side * side).fill(1),
    labels: Int32Array.from(order, (index) => index % 2),
    height: side,
    width: side,
  };
}

function planned(order: readonly number[], size: number): PlannedBatches {
  const plan = Array.from({ length: Math.ceil(order.length / size) }, (_, at) =>
    order.slice(at * size, (at + 1) * size),
  );
  const only = async function* (positions: readonly number[]): AsyncGenerator<Batch> {
    for (const position of positions) yield batchOf(plan[position] ?? []);
  };
  return {
    plan: plan.map((ids) => ids.map(String)),
    variant: 'plain',
    only,
    [Symbol.asyncIterator]: () => only(plan.map((_, position) => position)),
  };
}

function options(folder: string, changes: Partial<TrainOptions>): TrainOptions {
  return {
    engine: onnx,
    model: narrow,
    loss,
    optimizer: adamwOptimizer(),
    batches: (epoch, from) =>
      planned(
        random(1, 'order', epoch)
          .shuffle([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
          .slice(4 * from),
        4,
      ),
    validationBatches: () => planned([20, 21, 22], 4),
    samples: 10,
    batchSize: 4,
    epochs: 3,
    settings: { train: { lastConv: 12 }, clip: { norm: 5 }, ema: { decay: 0.9 }, accumulate: 2 },
    seed: 3,
    folder: join(root, folder),
    fingerprint: 'abc',
    resume: false,
    ...changes,
  };
}

const run = (settings: TrainOptions): Promise<RunEvent[]> => lastValueFrom(train(settings).pipe(toArray()));
const figures = (events: readonly RunEvent[]) =>
  events.flatMap((event) =>
    event.type === 'step' ? [event.loss] : event.type === 'epoch' ? [event.record.validation.loss] : [],
  );
const model = (folder: string) => {
  const path = join(root, folder, 'last.safetensors');
  return decodeSafetensors(new Uint8Array(readFileSync(path)), path).tensors;
};

describe('fine-tuning on ONNX Runtime', () => {
  it('gives the same numbers with and without a cached trunk, and leaves the trunk as it was', async () => {
    const plain = figures(await run(options('plain', {})));
    const featureCache = new FeatureCache({ folder: join(root, 'features'), megabytes: 64, identity: 'narrow' });
    const cached = figures(await run(options('cached', { featureCache })));
    expect(plain.length).toBe(3 * 3 + 3);
    cached.forEach((value, index) => expect(Math.abs(value - (plain[index] as number))).toBeLessThan(1e-6));
    const start = withPrefix('model', initialise(narrow.variables, 3));
    const frozen = frozenStagesAt(narrow, { train: { lastConv: 12 } }, 1);
    expect(frozen).toBeGreaterThan(4);
    const names = narrow.stages?.slice(0, frozen).flatMap(({ variables }) => variables) ?? [];
    for (const name of names) expect(model('cached')[`model/${name}`]).toEqual(start[`model/${name}`]);
  });

  it('starts from given values', async () => {
    const bias = { dtype: 'float32' as const, shape: [2], data: Float32Array.of(0, 5) };
    const settings = options('given', {
      epochs: 1,
      settings: { train: { lastConv: 1 } },
      initialValues: { 'logits/bias': bias },
    });
    const [first] = figures(await run(settings));
    const [other] = figures(await run({ ...settings, initialValues: {} }));
    expect(first).not.toBeCloseTo(other as number, 1);
  });
});

describe('every optimizer', () => {
  const optimizers = {
    adamax: adamaxOptimizer({ weightDecay: 0.1 }),
    adam: adamOptimizer({ weightDecay: 0.1 }),
    adamw: adamwOptimizer({ weightDecay: 0.1 }),
    sgd: sgdOptimizer({ learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1 }),
  };

  it.each(Object.entries(optimizers))('takes the same steps on both engines: %s', async (...[, optimizer]) => {
    const trained = trainedVariables(narrow, 'head');
    const values = {
      ...withPrefix('model', initialise(narrow.variables, 1)),
      ...withPrefix(
        'optimizer',
        initialise(optimizer.slots(narrow.variables.filter(({ name }) => trained.has(name))), 1),
      ),
    };
    const batch = batchOf([0, 1, 2, 3]);
    const steps = async (engine: Engine) => {
      const state = engine.createState(values);
      const program = engine.compile(
        trainStepProgram({ model: narrow, loss, optimizer, trained, clip: { norm: 0.1 } }),
        state,
      );
      for (let step = 0; step < 3; step++) {
        await program.run({
          images: { dtype: 'float32', shape: [4, side, side, 3], data: batch.images },
          labels: { dtype: 'int32', shape: [4], data: batch.labels },
          ...stepTensors(narrow, 4, optimizer.learningRate, random(1, step)),
        });
      }
      return state.read(['model/logits/kernel']);
    };
    const [got, expected] = [await steps(onnx), await steps(oracle)];
    const start = values['model/logits/kernel']?.data;
    got['model/logits/kernel']?.data.forEach((value, index) => {
      expect(value).not.toBe(start?.[index]);
      expect(value).toBeCloseTo(expected['model/logits/kernel']?.data[index] as number, 4);
    });
  });
});
