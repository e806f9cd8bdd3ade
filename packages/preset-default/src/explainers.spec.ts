/** Explainers through the programs that use them, on both engines: evaluation, training, export. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { random, type HostTensor, type HostTensors, type Plugin } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { occlusion, scoreCam } from '@foveate/explain';
import { exportOnnx } from '@foveate/export';
import { ce } from '@foveate/loss-ce';
import { ceod } from '@foveate/loss-ceod';
import { energy } from '@foveate/loss-energy';
import { customCnn } from '@foveate/models';
import { sgd } from '@foveate/optimizers';
import { createRunner } from '@foveate/pipeline';
import { openPredictor } from '@foveate/predict';
import { initialise, withPrefix } from '@foveate/tensor';
import { buildPlugin, expectClose, normalTensor } from '@foveate/testkit';
import { evaluateProgram, stepTensors, trainStepProgram } from '@foveate/trainer';
import { defaultConfig, defaultPlugins } from './index.js';

const engines = [onnxEngine({ threads: 2 }), tfjsEngine()];
afterAll(() => {
  for (const engine of engines) engine.dispose();
});

/** Few runs of the network. */
const few: Readonly<Record<string, object>> = {
  'score-cam': { maps: 3 },
  'integrated-gradients': { steps: 2 },
  occlusion: { steps: 3, size: 1 / 3 },
};
const explainers = (defaultPlugins as readonly Plugin[]).filter(
  (plugin): plugin is Plugin<'explainer'> => plugin.meta.kind === 'explainer',
);

const [n, height, width] = [3, 12, 15];
const factory = await buildPlugin(customCnn, { channels: [4, 6] });
const model = factory.build({ height, width, classes: 2 });
const images = normalTensor([n, height, width, 3], 1, 'images');
const batch: HostTensors = {
  images: { ...images, data: (images.data as Float32Array).map((value) => 0.5 + 0.3 * Math.tanh(value)) },
  labels: { dtype: 'int32', shape: [n], data: Int32Array.of(0, 1, 1) },
  aoi: { dtype: 'float32', shape: [n, height, width], data: new Float32Array(n * height * width).fill(1) },
};

async function run(program: ReturnType<typeof evaluateProgram>, inputs: HostTensors, on = engines) {
  return Promise.all(
    on.map((engine) => {
      const state = engine.createState(withPrefix('model', initialise(model.variables, 1)));
      return engine.compile(program, state, { constantState: true }).run(inputs);
    }),
  );
}

describe('an occlusion explainer', () => {
  it('runs in the evaluation program, the same on both engines, and is what occluding by hand gives', async () => {
    const [loss, explainer] = [await buildPlugin(ce), await buildPlugin(occlusion, few['occlusion'])];
    const [got, expected] = await run(evaluateProgram({ model, loss, explainer, heatmaps: true }), batch);
    for (const [name, tensor] of Object.entries(expected!)) expectClose(name, got![name], tensor, 1e-4);
    expect(expected!['heatMass']!.data.every((mass) => mass > 0)).toBe(true);

    // The patch in the middle of the upper row, covered outside of the program.
    const pixels = (batch['images'] as HostTensor).data.slice() as Float32Array;
    const size = height * width * 3;
    for (let image = 0; image < n; image++) {
      for (let channel = 0; channel < 3; channel++) {
        const of = pixels.slice(image * size, (image + 1) * size).filter((_, i) => i % 3 === channel);
        const mean = of.reduce((sum, value) => sum + value, 0) / of.length;
        for (let row = 0; row < height / 3; row++)
          for (let column = width / 3; column < (2 * width) / 3; column++)
            pixels[image * size + (row * width + column) * 3 + channel] = mean;
      }
    }
    const [covered] = await run(evaluateProgram({ model, loss }), {
      ...batch,
      images: { ...(batch['images'] as HostTensor), data: pixels },
    });
    for (let image = 0; image < n; image++) {
      const drop = expected!['logits']!.data[2 * image + 1]! - covered!['logits']!.data[2 * image + 1]!;
      // The pixel in the middle of the patch along the width, and above its middle: there nothing is interpolated.
      const shown = expected!['heatmap']!.data[image * height * width + Math.floor(width / 2)];
      expect(shown).toBeCloseTo(Math.max(0, drop), 4);
    }
  });
});

describe.each(explainers.map((plugin) => [plugin.meta.id, plugin] as const))('%s', (id, plugin) => {
  it('shows the same in an exported model, whatever the batch', async () => {
    const explainer = await buildPlugin(plugin, few[id]);
    const variables = initialise(model.variables, 1);
    const bytes = exportOnnx({ model, explainer, variables, normalise: true, precision: 'float32', metadata: {} });
    const predictor = await openPredictor(bytes, { heatmap: true });
    const pixels = (batch['images'] as HostTensor).data as Float32Array;
    const size = height * width * 3;
    const frames = [0, 1, 2].map((image) => ({
      image: { height, width, channels: 3 as const, data: Uint8Array.from(pixels.subarray(image * size, (image + 1) * size), (value) => Math.round(value * 255)) }, // prettier-ignore
    }));
    const shown = await Promise.all(frames.map((frame) => predictor.predict(frame)));
    await predictor.close();
    const rounded = Float32Array.from(frames.flatMap(({ image }) => [...image.data]), (value) => value / 255); // prettier-ignore
    const evaluate = evaluateProgram({ model, loss: await buildPlugin(ce), explainer, heatmaps: true });
    const [together] = await run(
      evaluate,
      { ...batch, images: { ...(batch['images'] as HostTensor), data: rounded } },
      engines.slice(0, 1),
    );
    const data = Float32Array.from(shown.flatMap(({ heatmap }) => [...heatmap!.data]));
    expectClose('heatmap', { dtype: 'float32', shape: [n, height, width], data }, together!['heatmap']!, 1e-4);
  });

  it.each([ceod, energy])('guides a loss or is refused before data is read', async (loss) => {
    const built = buildPlugin(loss, { explainer: { id, ...few[id] } }, { plugins: explainers });
    if (plugin !== scoreCam) return expect(built).resolves.toBeDefined();
    return expect(built).rejects.toMatchObject({ code: 'CONFIG_INVALID', parts: { where: 'loss.explainer', got: id } });
  });
});

describe('a training step', () => {
  it('that runs the network again for its heatmap is the same on both engines, through batch norm that is trained', async () => {
    const options = { weight: 1, explainer: { id: 'integrated-gradients', steps: 1 } };
    const loss = await buildPlugin(energy, options, { plugins: explainers });
    const optimizer = await buildPlugin(sgd, { learningRate: 0.1 });
    const aoi = { ...(batch['aoi'] as HostTensor), data: Float32Array.from({ length: n * height * width }, (_, i) => i % 2) }; // prettier-ignore
    const states = await Promise.all(
      engines.map(async (engine) => {
        const state = engine.createState(withPrefix('model', initialise(model.variables, 1)));
        const step = engine.compile(trainStepProgram({ model, loss, optimizer }), state);
        await step.run({ ...batch, aoi, ...stepTensors(model, n, 0.1, random(1)) });
        return state.read();
      }),
    );
    for (const [name, tensor] of Object.entries(states[1]!)) expectClose(name, states[0]![name], tensor, 1e-3);
  });
});

describe('the explainer of a loss', () => {
  const { makeConfig } = createRunner({ plugins: defaultPlugins, defaults: defaultConfig });

  it.each(['ceod', 'energy'])('of %s is Grad-CAM, differentiated exactly, unless another is named', async (id) => {
    const of = async (loss: object | string) => (await makeConfig({ loss }, '/')).loss.options['explainer'];
    expect(await of(id)).toEqual({ id: 'grad-cam', alpha: 'exact' });
    expect(await of({ id, explainer: 'grad-cam' })).toEqual({ id: 'grad-cam', alpha: 'detached' });
    expect(await of({ id, explainer: 'layer-cam' })).toEqual({ id: 'layer-cam' });
  });

  it.each([
    [{ alpha: 'detached' }, 'loss.alpha: this option is loss.explainer.alpha now'],
    [{ explainer: 'grad-cm' }, "Did you mean 'grad-cam'?"],
    [{ explainer: { id: 'grad-cam', alpha: 'exactly' } }, 'loss.explainer.alpha'],
    [{ explainer: { id: 'grad-cam', images: 3 } }, 'loss.explainer.images: unknown key'],
    [{ explainer: ['grad-cam'] }, 'loss.explainer: expected an explainer'],
  ])('%j is answered', async (options, message) => {
    await expect(makeConfig({ loss: { id: 'ceod', ...options } }, '/')).rejects.toThrow(message);
  });
});
