/** Explainers of other kinds than Grad-CAM, through the programs that use them, on both engines. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { definePlugin, type HostTensor, type HostTensors } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { ce } from '@foveate/loss-ce';
import { ceod } from '@foveate/loss-ceod';
import { energy } from '@foveate/loss-energy';
import { customCnn } from '@foveate/models';
import { createRunner } from '@foveate/pipeline';
import { initialise, withPrefix } from '@foveate/tensor';
import { buildPlugin, expectClose, normalTensor } from '@foveate/testkit';
import { evaluateProgram } from '@foveate/trainer';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { defaultConfig, defaultPlugins } from './index.js';

const engines = [onnxEngine({ threads: 2 }), tfjsEngine()];
afterAll(() => {
  for (const engine of engines) engine.dispose();
});

/** How much the score of a class falls when a patch is replaced by the image's mean (Zeiler and Fergus 2014). */
const occlusion = definePlugin({
  meta: { kind: 'explainer', id: 'occlusion', contract: '^2', summary: 'What covering a patch takes from the score.' },
  options: z.strictObject({ patches: z.int().min(1).default(3).describe('Patches along each side.') }),
  register: ({ patches }) => ({
    uses: ['images', 'forward'],
    differentiable: false,
    heatmap: ({ images, logits, forward }, target) => {
      const [n, height, width] = images.shape;
      const scoreOf = (of: tf.Tensor2D) => tf.sum(tf.mul(of, target), 1);
      const mean = tf.mean(images, [1, 2], true);
      const drops = Array.from({ length: patches ** 2 }, (_, index) => {
        const [row, column] = [Math.floor(index / patches), index % patches];
        const covers = (at: number, size: number, place: number) => Math.floor((at * patches) / size) === place;
        const covered = Float32Array.from({ length: height * width }, (__, pixel) =>
          Number(covers(Math.floor(pixel / width), height, row) && covers(pixel % width, width, column)),
        );
        const patch = tf.tensor4d(covered, [1, height, width, 1]);
        const occluded: tf.Tensor4D = tf.add(tf.mul(images, tf.sub(1, patch)), tf.mul(mean, patch));
        return tf.relu(tf.sub(scoreOf(logits), scoreOf(forward(occluded).logits)));
      });
      return tf.reshape(tf.stack(drops, 1), [n, patches, patches]);
    },
  }),
});

const [n, height, width] = [3, 12, 15];
const factory = await buildPlugin(customCnn, { channels: [4, 6] });
const model = factory.build({ height, width, classes: 2 });
const images = normalTensor([n, height, width, 3], 1, 'images');
const batch: HostTensors = {
  images: { ...images, data: (images.data as Float32Array).map((value) => 0.5 + 0.3 * Math.tanh(value)) },
  labels: { dtype: 'int32', shape: [n], data: Int32Array.of(0, 1, 1) },
  aoi: { dtype: 'float32', shape: [n, height, width], data: new Float32Array(n * height * width).fill(1) },
};

async function run(program: ReturnType<typeof evaluateProgram>, inputs: HostTensors) {
  return Promise.all(
    engines.map((engine) => {
      const state = engine.createState(withPrefix('model', initialise(model.variables, 1)));
      return engine.compile(program, state, { constantState: true }).run(inputs);
    }),
  );
}

describe('an occlusion explainer', () => {
  it('runs in the evaluation program, the same on both engines, and is what occluding by hand gives', async () => {
    const [loss, explainer] = [await buildPlugin(ce), await buildPlugin(occlusion)];
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

  it.each([ceod, energy])('cannot guide a loss, which is said before data is read', async (loss) => {
    await expect(buildPlugin(loss, { explainer: 'occlusion' }, { plugins: [occlusion] })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      parts: { where: 'loss.explainer', got: 'occlusion' },
    });
  });
});

describe('the explainer of a loss', () => {
  const { makeConfig } = createRunner({ plugins: [...defaultPlugins, occlusion], defaults: defaultConfig });

  it.each(['ceod', 'energy'])('of %s is Grad-CAM, differentiated exactly, unless another is named', async (id) => {
    const of = async (loss: object | string) => (await makeConfig({ loss }, '/')).loss.options['explainer'];
    expect(await of(id)).toEqual({ id: 'grad-cam', alpha: 'exact' });
    expect(await of({ id, explainer: 'grad-cam' })).toEqual({ id: 'grad-cam', alpha: 'detached' });
    expect(await of({ id, explainer: { id: 'occlusion', patches: 5 } })).toEqual({ id: 'occlusion', patches: 5 });
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
