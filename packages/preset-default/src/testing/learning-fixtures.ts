/** Good plugins of the learning side, and the same broken in one way each. */
import { definePlugin, type Explainer, type Loss, type Model } from '@foveate/contracts';
import { batchNormTraining, crossEntropy } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { Case } from './data-fixtures.js';

const none = z.strictObject({});
const meta = <K extends string>(kind: K) => ({ kind, id: 'fixture', contract: '^2', summary: 'A fixture.' });
const isTraced = () => tf.getBackend() !== 'cpu';

type Compute = Loss['compute'];
const meanOf = (perSample: tf.Tensor): ReturnType<Compute> => ({
  loss: tf.mean(perSample),
  perSample,
  parts: { mean: tf.mean(perSample) },
});
const plain: Compute = ({ logits, labels }) => meanOf(crossEntropy(logits, labels));

const loss = (compute: Compute, uses: Loss['uses'] = []) =>
  definePlugin({ meta: meta('loss'), options: none, register: () => ({ uses, compute }) });
const changed = (f: (perSample: tf.Tensor) => tf.Tensor) => loss((inputs) => meanOf(f(plain(inputs).perSample)));

/** The same value with twice the gradient. */
const steeper = (x: tf.Tensor): tf.Tensor =>
  tf.customGrad((y) => ({ value: tf.clone(y as tf.Tensor), gradFunc: (dy: tf.Tensor) => tf.mul(dy, 2) }))(x);

/** Losses. */
export const losses: readonly Case<ReturnType<typeof loss>>[] = [
  ['a good one', loss(plain), undefined],
  ['a good one that reads pixels', loss(({ images, labels, forward }) => meanOf(crossEntropy(forward(tf.square(images)).logits, labels)), ['images', 'forward']), undefined], // prettier-ignore
  ['one that is a sum', loss((inputs) => ({ ...plain(inputs), loss: tf.sum(plain(inputs).perSample) })), "not the mean of 'perSample'"], // prettier-ignore
  ['one with a column of losses', loss((inputs) => ({ ...plain(inputs), perSample: tf.expandDims(plain(inputs).perSample, 1) })), "'perSample' has another shape"], // prettier-ignore
  ['one whose part is no scalar', loss((inputs) => ({ ...plain(inputs), parts: { all: plain(inputs).perSample as tf.Scalar } })), "'parts/all' has another shape"], // prettier-ignore
  ['one that reads what it does not name', loss((inputs) => meanOf(tf.add(plain(inputs).perSample, tf.mean(inputs.aoi)))), "has to name it in its 'uses'"], // prettier-ignore
  ['one that is not finite', changed((x) => tf.div(x, 0)), "'loss' is not finite"],
  ['one whose gradient is not finite', changed((x) => tf.sqrt(tf.sub(x, tf.mul(x, 1)))), 'gradient by filter\' is not finite'], // prettier-ignore
  ['one that draws', changed((x) => tf.mul(x, tf.randomUniform(x.shape))), 'another the second time'],
  ['one that looks at places', changed((x) => tf.mul(x, tf.tensor1d([1, 2, 3]))), 'depends on the order'],
  ['one with another gradient', changed(steeper), 'not that of finite differences'],
  [
    'one that computes otherwise elsewhere',
    changed((x) => tf.mul(x, isTraced() ? 1.1 : 1)),
    'differs between the engines',
  ],
  ['one that reads values', changed((x) => tf.mul(x, x.dataSync()[0]!)), 'engine under test cannot run it'],
  ['one that throws', loss(() => { throw new Error('no'); }), 'It throws: no'], // prettier-ignore
];

/** Gradient times feature map, of each pixel on its own. */
const byGradient: Explainer['heatmap'] = ({ featureMap, head }, target) => {
  const score = (map: tf.Tensor): tf.Scalar => tf.sum(tf.mul(head(map as tf.Tensor4D), target));
  return tf.relu(tf.sum(tf.mul(tf.grad(score)(featureMap), featureMap), 3));
};

const explainer = (heatmap: Explainer['heatmap'], differentiable = false, classAgnostic = false) =>
  definePlugin({
    meta: meta('explainer'),
    options: none,
    register: () => ({ uses: [], differentiable, classAgnostic, heatmap }),
  });
const reshown = (f: (heat: tf.Tensor3D) => tf.Tensor) =>
  explainer((view, target) => f(byGradient(view, target)) as tf.Tensor3D);
let looks = 0;

/** Explainers. */
export const explainers: readonly Case<ReturnType<typeof explainer>>[] = [
  ['a good one', explainer(byGradient, true), undefined],
  ['a good one that only measures', reshown((heat) => tf.cast(tf.greater(heat, 0.1), 'float32')), undefined],
  ['one with channels', reshown((heat) => tf.expandDims(heat, 3)), 'heatmap has another shape'],
  ['one with negative heat', reshown((heat) => tf.neg(heat)), 'negative somewhere'],
  ['one that is not finite', reshown((heat) => tf.div(heat, 0)), 'is not finite'],
  ['one that has no gradient and says so not', explainer((view, target) => tf.cast(tf.greater(byGradient(view, target), 0.1), 'float32'), true), 'its gradient is zero'], // prettier-ignore
  ['one that shows every class alike', explainer(({ featureMap }) => tf.sum(featureMap, 3)), 'same for every class'],
  ['one that says that it does', explainer(({ featureMap }) => tf.sum(featureMap, 3), true, true), undefined],
  ['one that says so and does not', explainer(byGradient, true, true), 'other heat for other classes'],
  ['one that compares the samples', reshown((heat) => tf.div(heat, tf.max(heat))), 'depends on the others'],
  [
    'one that looks at places',
    reshown((heat) => tf.mul(heat, tf.tensor3d([1, 2, 3], [3, 1, 1]))),
    'depend on the order',
  ],
  ['one that reads what it does not name', explainer(({ forward, images }, target) => byGradient(forward(images), target)), "has to name it in its 'uses'"], // prettier-ignore
  ['one that is another every time', reshown((heat) => tf.add(heat, looks++)), 'another the second time'],
  ['one that computes otherwise elsewhere', reshown((heat) => tf.mul(heat, isTraced() ? 1.1 : 1)), 'differs between the engines'], // prettier-ignore
];

interface Parts {
  readonly model?: (model: Model) => Partial<Model>;
  readonly norm?: (y: tf.Tensor4D) => tf.Tensor4D;
  readonly followsFrozen?: boolean;
  readonly updates?: readonly string[];
}

/** One convolution with batch norm, in one stage; a dense layer. */
function model({ model: changes = () => ({}), followsFrozen = false, updates = ['mean', 'variance'] }: Parts = {}) {
  return definePlugin({
    meta: meta('model'),
    options: none,
    register: () => ({
      build: ({ height, width, classes }) => {
        const variable = (name: string, shape: number[], trainable = true, fill?: number) => ({
          name,
          shape,
          trainable,
          initial: (random: { normal(): number }) =>
            Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => fill ?? 0.5 * random.normal()),
        });
        const features: Model['features'] = (images, scope) => {
          const [gamma, beta, mean, variance] = ['gamma', 'beta', 'mean', 'variance'].map((name) => scope.get(name) as tf.Tensor1D) as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D]; // prettier-ignore
          const x = tf.conv2d(images, scope.get('kernel') as tf.Tensor4D, 4, 'same');
          const isFrozen = !scope.training || (!followsFrozen && scope.frozen('gamma'));
          if (isFrozen) return tf.relu(tf.batchNorm4d(x, mean, variance, beta, gamma, 1e-3));
          const batch = batchNormTraining(x, gamma, beta, 1e-3);
          const now = { mean: batch.mean, variance: batch.variance };
          for (const name of updates) scope.update(name, now[name as 'mean'] ?? scope.get(name));
          return tf.relu(batch.y);
        };
        const names = ['kernel', 'gamma', 'beta', 'mean', 'variance'];
        const whole: Model = {
          height,
          width,
          classes,
          variables: [
            variable('kernel', [3, 3, 3, 4]),
            variable('gamma', [4], true, 1),
            variable('beta', [4], true, 0.1),
            variable('mean', [4], false, 0),
            variable('variance', [4], false, 1),
            variable('dense', [4, classes]),
          ],
          stages: [{ name: 'all', variables: names, apply: features }],
          features,
          head: (map, scope) => tf.matMul(tf.mean(map, [1, 2]) as tf.Tensor2D, scope.get('dense') as tf.Tensor2D),
        };
        return { ...whole, ...changes(whole) };
      },
    }),
  });
}

const withVariable = (name: string, changes: object) =>
  model({ model: ({ variables }) => ({ variables: variables.map((one) => (one.name === name ? { ...one, ...changes } : one)) }) }); // prettier-ignore
const withFeatures = (f: (map: tf.Tensor4D) => tf.Tensor4D) =>
  model({ model: ({ features }) => ({ stages: undefined as never, features: (images, scope) => f(features(images, scope)) }) }); // prettier-ignore

/** Models. */
export const models: readonly Case<ReturnType<typeof model>>[] = [
  ['a good one', model(), undefined],
  [
    'one of other classes',
    model({ model: ({ classes }) => ({ classes: classes + 1 }) }),
    "'classes' is not what was asked for",
  ],
  [
    'one with a name twice',
    model({ model: ({ variables }) => ({ variables: [...variables, variables[0]!] }) }),
    'same name',
  ],
  ['one with too few values', withVariable('dense', { initial: () => new Float32Array(3) }), 'do not fill its shape'],
  ['one that draws by itself', withVariable('dense', { initial: () => Float32Array.from({ length: 12 }, () => looks++) }), 'other initial values'], // prettier-ignore
  [
    'one with flat features',
    withFeatures((map) => tf.reshape(map, [map.shape[0], -1]) as unknown as tf.Tensor4D),
    'It throws',
  ],
  ['one with a column too many', model({ model: ({ head }) => ({ head: (map, scope) => tf.concat([head(map, scope), head(map, scope)], 1) }) }), 'logits have another shape'], // prettier-ignore
  ['one that is not finite', withFeatures((map) => tf.div(map, 0)), 'is not finite'],
  ['one that mixes samples', withFeatures((map) => tf.add(map, tf.mean(map, [0], true))), 'depends on the others of its batch'], // prettier-ignore
  ['one whose stages are not the whole', model({ model: ({ features }) => ({ features: (images, scope) => tf.mul(features(images, scope), 2) }) }), 'compute something else than its features'], // prettier-ignore
  ['one whose stage hides a variable', model({ model: ({ stages = [] }) => ({ stages: stages.map((stage) => ({ ...stage, variables: stage.variables.slice(1) })) }) }), 'reads a variable that it does not name'], // prettier-ignore
  ['one that forgets a statistic', model({ updates: ['mean'] }), 'does not update a statistic'],
  ['one that updates a weight', model({ updates: ['mean', 'variance', 'beta'] }), 'updates a variable that is trained'],
  ['one that does not hold frozen layers', model({ followsFrozen: true }), 'Frozen layers update their statistics'],
  ['one with a variable that nothing reads', model({ model: ({ variables }) => ({ variables: [...variables, { ...variables[1]!, name: 'idle' }] }) }), 'has no gradient'], // prettier-ignore
  ['one that computes otherwise elsewhere', withFeatures((map) => tf.mul(map, isTraced() ? 1.1 : 1)), 'differs between the engines'], // prettier-ignore
];
