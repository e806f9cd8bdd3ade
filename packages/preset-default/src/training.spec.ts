/** Losses, model, optimizer and Grad-CAM together on both engines. */
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Engine, EngineState, HostTensors, Program } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { loadTfjsEngine, tfjsEngine } from '@foveate/engine-tfjs';
import { gradCam } from '@foveate/explain';
import { ceod } from '@foveate/loss-ceod';
import { customCnn } from '@foveate/models';
import { initialise, withPrefix } from '@foveate/tensor';
import { buildPlugin, expectClose, normalTensor } from '@foveate/testkit';
import { evaluateProgram, trainStepProgram } from '@foveate/trainer';
import { adamaxOptimizer } from '@foveate/optimizers';

const onnx = onnxEngine({ threads: 2 });
const oracle = tfjsEngine();
const wasm = await loadTfjsEngine({ backend: 'wasm', threads: 1 });
afterAll(() => {
  onnx.dispose();
  oracle.dispose();
});

async function training() {
  const factory = await buildPlugin(customCnn, { channels: [4, 4, 6, 6] });
  const model = factory.build({ height: 16, width: 12, classes: 2 });
  const loss = await buildPlugin(ceod, { omega: 1, maskKernel: 0.2 }, { plugins: [gradCam] });
  const optimizer = adamaxOptimizer();
  const trainable = model.variables.filter((variable) => variable.trainable);
  const values = {
    ...withPrefix('model', initialise(model.variables, 1)),
    ...withPrefix('optimizer', initialise(optimizer.slots(trainable), 1)),
  };
  return { model, loss, values, step: trainStepProgram({ model, loss, optimizer }) };
}

function batch(n: number, index: number): HostTensors {
  const images = normalTensor([n, 16, 12, 3], index, 'images');
  return {
    images: { ...images, data: (images.data as Float32Array).map((value) => Math.abs(Math.tanh(value))) },
    labels: { dtype: 'int32', shape: [n], data: Int32Array.from({ length: n }, (_, i) => (i + index) % 2) },
    learningRate: { dtype: 'float32', shape: [], data: Float32Array.of(adamaxOptimizer().learningRate) },
    aoi: {
      dtype: 'float32',
      shape: [n, 16, 12],
      data: Float32Array.from({ length: n * 192 }, (_, i) => Number(i % 12 < 3)),
    },
  };
}

async function twentySteps(engine: Engine, program: Program, state: EngineState): Promise<number[]> {
  const compiled = engine.compile(program, state);
  const losses: number[] = [];
  // The last batch of each round of four is smaller, as at the end of an epoch.
  for (let k = 0; k < 20; k++)
    losses.push((await compiled.run(batch(k % 4 === 3 ? 3 : 6, k)))['loss']?.data[0] as number);
  return losses;
}

describe.each([
  ['ONNX Runtime', onnx],
  ['WASM', wasm],
])('a whole training on %s', (...[, engine]) => {
  it('agrees with the oracle for 20 steps of CEOD, smaller batches in between', async () => {
    const { model, loss, values, step } = await training();
    const states = [engine.createState(values), oracle.createState(values)] as const;
    const got = await twentySteps(engine, step, states[0]);
    const expected = await twentySteps(oracle, step, states[1]);
    got.forEach((value, index) => {
      expect(Math.abs(value / (expected[index] as number) - 1)).toBeLessThan(1e-4);
    });
    const [a, b] = [await states[0].read(), await states[1].read()];
    for (const [name, tensor] of Object.entries(b)) {
      // A bias before batch normalisation has no gradient but rounding errors, which Adamax scales up to whole steps;
      // the running mean follows it.
      if (!/conv\/bias|norm\/mean/.test(name)) expectClose(name, a[name], tensor, 1e-3);
    }
    await states[1].write(a);
    const evaluate = evaluateProgram({ model, loss, explainer: await buildPlugin(gradCam), heatmaps: true });
    const inputs = batch(5, 99);
    const [x, y] = [
      await engine.compile(evaluate, states[0]).run(inputs),
      await oracle.compile(evaluate, states[1]).run(inputs),
    ];
    for (const [name, tensor] of Object.entries(y)) expectClose(name, x[name], tensor, 1e-4);
  });

  it('repeats itself exactly, also from values read out and written back', async () => {
    const { values, step } = await training();
    const first = engine.createState(values);
    const compiled = engine.compile(step, first);
    await compiled.run(batch(6, 0));
    const middle = await first.read();
    const straight = await compiled.run(batch(6, 1));
    const second = engine.createState(values);
    await second.write(middle);
    const again = await engine.compile(step, second).run(batch(6, 1));
    expect(again).toEqual(straight);
    expect(await second.read()).toEqual(await first.read());
  });
});
