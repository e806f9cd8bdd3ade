/** Losses that run the network again on other images or differentiate it by the image, on both engines. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { random, type Engine, type HostTensor, type HostTensors, type Loss, type Model } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { ce } from '@foveate/loss-ce';
import { consistency } from '@foveate/loss-consistency';
import { rrr } from '@foveate/loss-rrr';
import { customCnn, efficientNetB0 } from '@foveate/models';
import { sgdOptimizer } from '@foveate/optimizers';
import { initialise, withPrefix } from '@foveate/tensor';
import { buildPlugin, expectClose, normalTensor } from '@foveate/testkit';
import { evaluateProgram, stepTensors, trainStepProgram } from '@foveate/trainer';

const onnx = onnxEngine({ threads: 2 });
const oracle = tfjsEngine();
afterAll(() => {
  onnx.dispose();
  oracle.dispose();
});

const consistent = await buildPlugin(consistency, { measure: 'logits', weight: 3, teach: 'batch' });
/** Heavy, so that the images weigh as much as the labels in a network of a few features. */
const rightReasons = await buildPlugin(rrr, { weight: 100 });

const closeToZero = expect.closeTo(0, 2) as unknown;

const [n, size] = [3, 12];

/** Values that are not those of the start, so that every variable matters; small variances keep signals alive. */
function values(model: Model): HostTensors {
  return Object.fromEntries(
    Object.entries(initialise(model.variables, 1)).map(([name, tensor]) => {
      const noise = normalTensor(tensor.shape, 2, name).data;
      const [scale, by] = name.endsWith('variance') ? [0.4, 0.05] : [1, 0.1];
      const data = (tensor.data as Float32Array).map((x, i) => scale * x + by * Math.tanh(noise[i]!));
      return [name, { ...tensor, data }];
    }),
  );
}

const batch: HostTensors = {
  images: {
    ...normalTensor([n, size, size, 3], 1, 'images'),
    data: (normalTensor([n, size, size, 3], 1, 'images').data as Float32Array).map((x) => 0.5 + 0.3 * Math.tanh(x)),
  },
  labels: { dtype: 'int32', shape: [n], data: Int32Array.of(0, 1, 1) },
  aoi: {
    dtype: 'float32',
    shape: [n, size, size],
    data: Float32Array.from({ length: n * size * size }, (_, i) => Number(i % size < 5)),
  },
};

// The feature map of the second has one pixel, on which batch statistics would be those of three numbers: it keeps its own.
const cases = [
  ['custom-cnn', await buildPlugin(customCnn, { channels: [3, 3, 4, 4] }), () => true],
  [
    'efficientnet-b0',
    await buildPlugin(efficientNetB0, { width: 0.1, depth: 0.1 }),
    (name: string) => !name.includes('/norm/'),
  ],
] as const;

describe.each(cases)('%s', (...[, factory, isTrained]) => {
  const model = factory.build({ height: size, width: size, classes: 2 });
  const trainable = model.variables
    .filter((variable) => variable.trainable && isTrained(variable.name))
    .map(({ name }) => name);
  const start = values(model);

  /** A step of size 1: the change of a variable is its negative gradient. */
  async function step(engine: Engine, loss: Loss, variables: HostTensors) {
    const state = engine.createState(withPrefix('model', variables));
    const compiled = engine.compile(
      trainStepProgram({ model, loss, optimizer: sgdOptimizer(), trained: new Set(trainable) }),
      state,
    );
    const outputs = await compiled.run({ ...batch, ...stepTensors(model, n, 1, random(1)) });
    const after = await state.read();
    compiled.dispose();
    state.dispose();
    return { outputs, after };
  }

  it.each([
    ['consistency', consistent],
    ['rrr', rightReasons],
  ])('learns from %s the same on both engines, by the gradient of finite differences', async (_, loss) => {
    const [expected, got] = [await step(oracle, loss, start), await step(onnx, loss, start)];
    for (const [name, tensor] of Object.entries(expected.outputs)) expectClose(name, got.outputs[name], tensor, 1e-3);
    const gradient = ({ after }: typeof got, name: string) =>
      Array.from(start[name]!.data, (x, i) => x - after[`model/${name}`]!.data[i]!);
    for (const name of trainable) {
      const [ours, theirs] = [gradient(got, name), gradient(expected, name)];
      const error = Math.hypot(...ours.map((value, i) => value - theirs[i]!));
      // In front of batch norm a bias has no gradient but rounding.
      if (!/block.*conv\/bias/.test(name)) expect([name, error / Math.hypot(...theirs)]).toEqual([name, closeToZero]);
    }
    const [part] = Object.entries(expected.outputs).flatMap(([name, { data }]) =>
      /^parts\/(?!ce$)/.test(name) ? [data[0]!] : [],
    );
    expect(part).toBeGreaterThan(1e-5);

    // Along a random direction through all trained variables.
    const along = (by: number) =>
      Object.fromEntries(
        Object.entries(start).map(([name, tensor]): [string, HostTensor] => {
          const direction = normalTensor(tensor.shape, 3, name).data;
          const isMoved = trainable.includes(name);
          return [
            name,
            isMoved ? { ...tensor, data: (tensor.data as Float32Array).map((x, i) => x + by * direction[i]!) } : tensor,
          ];
        }),
      );
    const slope = trainable
      .flatMap((name) => {
        const direction = normalTensor(start[name]!.shape, 3, name).data;
        return gradient(expected, name).map((value, i) => value * direction[i]!);
      })
      .reduce((sum, value) => sum + value, 0);
    const h = 1e-5;
    const [before, after] = [await step(oracle, loss, along(-h)), await step(oracle, loss, along(h))];
    const difference = (after.outputs['loss']!.data[0]! - before.outputs['loss']!.data[0]!) / (2 * h);
    expect(Math.abs(slope - difference) / (1 + Math.abs(difference))).toBeLessThan(2e-2);
  });

  it('records statistics once, and evaluates such losses too', async () => {
    const [plain, twice] = [await step(onnx, await buildPlugin(ce), start), await step(onnx, consistent, start)];
    const statistics = model.variables.filter((variable) => !variable.trainable).map(({ name }) => `model/${name}`);
    for (const name of statistics) expectClose(name, twice.after[name], plain.after[name]!, 1e-6);
    const outputs = await Promise.all(
      [onnx, oracle].map((engine) => {
        const state = engine.createState(withPrefix('model', start));
        return engine
          .compile(evaluateProgram({ model, loss: rightReasons }), state, { constantState: true })
          .run(batch);
      }),
    );
    for (const name of ['perSample', 'logits']) expectClose(name, outputs[0]![name], outputs[1]![name]!, 1e-4);
  });
});
