/** One engine doing one work, in a process of its own: one round for every line on standard input. */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { random } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { loadTfjsEngine } from '@foveate/engine-tfjs';
import { gradCam } from '@foveate/explain';
import { ce } from '@foveate/loss-ce';
import { ceod } from '@foveate/loss-ceod';
import { customCnn, efficientNetB0 } from '@foveate/models';
import { initialise, withPrefix } from '@foveate/tensor';
import { buildPlugin } from '@foveate/testkit';
import { stepTensors, trainStepProgram } from '@foveate/trainer';
import { adamaxOptimizer } from '@foveate/optimizers';

const context = { baseFolder: '.', seed: 1 };
const defaults = (plugin, chosen = {}) => plugin.options['~standard'].validate(chosen).value;

/** Models without what is drawn at random in training, so that all sides compute the same. */
const models = {
  'custom-cnn': () => customCnn.register(defaults(customCnn), context),
  'efficientnet-b0': () =>
    efficientNetB0.register(defaults(efficientNetB0, { dropout: 0, stochasticDepth: 0 }), context),
};

const modelOf = ({ net, size }) => models[net]().build({ height: size, width: size, classes: 2 });

/** Initial values of all variables, the same for all sides. */
function initialValues(model) {
  return Object.fromEntries(
    model.variables.map(({ name, shape, initial }) => [
      name,
      { dtype: 'float32', shape, data: initial(random(1, 'bench', name)) },
    ]),
  );
}

/** The i-th number in [0, 1) of a fixed sequence that is as easily made in Python. */
const noise = (i) => (Math.imul(i, 2654435761) >>> 0) / 2 ** 32;

function batchOf({ batch, size }) {
  const float = (shape, value) => {
    const length = shape.reduce((product, axis) => product * axis, 1);
    return { dtype: 'float32', shape, data: Float32Array.from({ length }, (_, i) => value(i)) };
  };
  return {
    images: float([batch, size, size, 3], noise),
    labels: { dtype: 'int32', shape: [batch], data: Int32Array.from({ length: batch }, (_, i) => i % 2) },
    aoi: float([batch, size, size], (i) => Number(i % size < size / 2)),
  };
}

async function engineOf(side, threads) {
  if (side === 'onnx') return onnxEngine({ threads });
  if (side === 'onnx-worker') return onnxEngine({ threads, worker: true });
  return loadTfjsEngine({ backend: side.replace('tfjs-', ''), threads });
}

/** A function that does the work once and returns its figure: loss of the step, or the first logit. */
async function stepOf(work, side, threads, folder) {
  const model = modelOf(work);
  const batch = batchOf(work);
  if (side === 'torch-graph') return graphStep(`${folder}/torch.onnx`, batch, threads);
  const engine = await engineOf(side, threads);
  const values = initialValues(model);
  if (work.task === 'infer') {
    const program = ({ images }, variables) => {
      const inference = { training: false, get: (name) => variables[name], frozen: () => true };
      return { outputs: { logits: model.head(model.features(images, inference), inference) } };
    };
    // The weights are constants of the graph, as in an exported model.
    const compiled = engine.compile(program, engine.createState(values), { constantState: true });
    return {
      describe: engine.info.description,
      once: async () => (await compiled.run({ images: batch.images })).logits.data[0],
    };
  }
  const loss = work.loss === 'ce' ? await buildPlugin(ce) : await buildPlugin(ceod, {}, { plugins: [gradCam] });
  const optimizer = adamaxOptimizer({ learningRate: 0.002 });
  const trainable = model.variables.filter((variable) => variable.trainable);
  const state = engine.createState({
    ...withPrefix('model', values),
    ...withPrefix('optimizer', initialise(optimizer.slots(trainable), 1)),
  });
  const compiled = engine.compile(trainStepProgram({ model, loss, optimizer }), state);
  const inputs = { ...batch, ...stepTensors(model, work.batch, optimizer.learningRate, random(1)) };
  return { describe: engine.info.description, once: async () => (await compiled.run(inputs)).loss.data[0] };
}

/** PyTorch's own export of the network, on the same ONNX Runtime. */
async function graphStep(file, { images }, threads) {
  // Only the package of the engine depends on the runtime.
  const ort = createRequire(import.meta.resolve('@foveate/engine-onnx'))('onnxruntime-node');
  const session = await ort.InferenceSession.create(file, { intraOpNumThreads: threads, interOpNumThreads: 1 });
  const [n, h, w, c] = images.shape;
  const planar = new Float32Array(images.data.length);
  for (let i = 0; i < n; i++)
    for (let pixel = 0; pixel < h * w; pixel++)
      for (let k = 0; k < c; k++) planar[(i * c + k) * h * w + pixel] = images.data[(i * h * w + pixel) * c + k];
  const feeds = { images: new ort.Tensor('float32', planar, [n, c, h, w]) };
  return {
    describe: `PyTorch's exported graph on ONNX Runtime ${ort.env.versions.node}`,
    once: async () => (await session.run(feeds)).logits.data[0],
  };
}

/** Files from which the other side takes the same initial values: names and shapes, and all numbers in one row. */
function writeValues(work, folder) {
  const values = initialValues(modelOf(work));
  writeFileSync(
    `${folder}/values.json`,
    JSON.stringify(Object.entries(values).map(([name, { shape }]) => [name, shape])),
  );
  writeFileSync(
    `${folder}/values.bin`,
    Buffer.concat(Object.values(values).map(({ data }) => Buffer.from(data.buffer))),
  );
}

const measured = (name) => performance.getEntriesByName(name).reduce((sum, { duration }) => sum + duration, 0);

/** @param {import('./works.mjs').Work} work */
export async function engineSide(work, side, threads, folder) {
  const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
  if (side === 'values') return writeValues(work, folder);
  const { describe, once } = await stepOf(work, side, threads, folder);
  const start = performance.now();
  const figure = await once();
  const firstMs = performance.now() - start;
  // A worker measures its sessions out of sight.
  const setupMs = side === 'onnx' ? measured('foveate:trace') + measured('foveate:session') : 0;
  say({ describe, figure, firstMs, setupMs });
  for await (const line of createInterface({ input: process.stdin })) {
    const steps = Number(line);
    const begin = performance.now();
    for (let i = 0; i < steps; i++) await once();
    const ms = (performance.now() - begin) / steps;
    say({ ms, maxRss: process.resourceUsage().maxRSS * 1024 });
  }
  process.exit(0);
}
