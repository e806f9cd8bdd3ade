/**
 * Three steps of CEOD training and an evaluation on the CPU and on WebGPU; prints the largest relative differences. ONNX
 * Runtime says on standard error which nodes run where.
 */
import { createRequire } from 'node:module';
import { random } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { gradCam } from '@foveate/explain';
import { ceod } from '@foveate/loss-ceod';
import { customCnn } from '@foveate/models';
import { initialise, withPrefix } from '@foveate/tensor';
import { adamaxOptimizer } from '@foveate/optimizers';
import { buildPlugin, normalTensor } from '@foveate/testkit';
import { evaluateProgram, stepTensors, trainStepProgram } from '@foveate/trainer';

const [n, height, width] = [6, 16, 12];
const factory = await buildPlugin(customCnn, { channels: [4, 4, 6, 6] });
const model = factory.build({ height, width, classes: 2 });
// The mask kernel keeps the overlap off its clips, where the gradient would be zero.
const loss = await buildPlugin(ceod, { omega: 1, maskKernel: 0.2 }, { plugins: [gradCam] });
const optimizer = adamaxOptimizer();
const trainable = model.variables.filter((variable) => variable.trainable);
const values = {
  ...withPrefix('model', initialise(model.variables, 1)),
  ...withPrefix('optimizer', initialise(optimizer.slots(trainable), 1)),
};
const noise = normalTensor([n, height, width, 3], 1, 'images');
const batch = {
  images: { ...noise, data: noise.data.map((value) => Math.abs(Math.tanh(value))) },
  labels: { dtype: 'int32', shape: [n], data: Int32Array.from({ length: n }, (_, i) => i % 2) },
  aoi: {
    dtype: 'float32',
    shape: [n, height, width],
    data: Float32Array.from({ length: n * height * width }, (_, i) => Number(i % width < 3)),
  },
};

// The engine keeps the runtime silent.
const ort = createRequire(import.meta.resolve('@foveate/engine-onnx'))('onnxruntime-node');
const create = ort.InferenceSession.create.bind(ort.InferenceSession);
ort.InferenceSession.create = (model, settings) => create(model, { ...settings, logSeverityLevel: 0 });

async function train(provider) {
  const engine = onnxEngine({ provider, threads: 2 });
  const state = engine.createState(values);
  const evaluation = evaluateProgram({ model, loss, explainer: await buildPlugin(gradCam), heatmaps: true });
  const evaluate = engine.compile(evaluation, state, { constantState: true });
  const evaluated = await evaluate.run(batch);
  const step = engine.compile(trainStepProgram({ model, loss, optimizer }), state);
  const steps = [];
  for (let i = 0; i < 3; i++)
    steps.push(await step.run({ ...batch, ...stepTensors(model, n, optimizer.learningRate, random(1)) }));
  const [built, read] = [await evaluate.run(batch), await engine.compile(evaluation, state).run(batch)];
  built.logits.data.forEach((value, i) => {
    if (!(Math.abs(value - read.logits.data[i]) < 1e-3)) throw new Error('constant state did not follow the steps');
  });
  return { evaluated, ...Object.fromEntries(steps.entries()), state: await state.read() };
}

const [expected, got] = [await train('cpu'), await train('webgpu')];
const worst = {};
for (const [part, tensors] of Object.entries(expected)) {
  for (const [name, { data }] of Object.entries(tensors)) {
    // A bias before batch normalisation has no gradient but rounding errors, which Adamax scales up to whole steps.
    if (/conv\/bias|norm\/mean/.test(name)) continue;
    const errors = Array.from(data, (value, i) => Math.abs(value - got[part][name].data[i]) / (1 + Math.abs(value)));
    worst[part] = Math.max(worst[part] ?? 0, ...errors.map((error) => (error >= 0 ? error : Infinity)));
  }
}
console.log(JSON.stringify(worst));
process.exit(0);
