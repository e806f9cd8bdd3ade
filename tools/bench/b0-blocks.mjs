/**
 * A network of EfficientNet-B0's shapes (Tan and Le, "EfficientNet", 2019, table 1): its stem, one inverted bottleneck for
 * each of its seven stages, its last convolution and its head. Padding is symmetric, so that PyTorch computes the same.
 */
import { random } from '@foveate/contracts';
import { batchNormTraining } from '@foveate/tensor';
import * as tf from '@tensorflow/tfjs-core';

/** [expansion, kernel, stride, channels] of each stage. */
const stages = [
  [1, 3, 1, 16],
  [6, 3, 2, 24],
  [6, 5, 2, 40],
  [6, 3, 2, 80],
  [6, 5, 1, 112],
  [6, 5, 2, 192],
  [6, 3, 1, 320],
];

const epsilon = 1e-5;
const swish = (x) => tf.mul(x, tf.sigmoid(x));

/** Variables by name, declared as the network is built. */
class Variables {
  specs = [];

  declare(name, shape, fill, trainable = true) {
    const length = shape.reduce((product, axis) => product * axis, 1);
    // He initialisation; depthwise filters are [k, k, channels, 1], which reads the same.
    const scale = Math.sqrt(2 / (name.endsWith('depthwise') ? shape[0] * shape[1] : length / shape.at(-1)));
    const initial = (stream) =>
      Float32Array.from({ length }, () => (fill === undefined ? scale * stream.normal() : fill));
    this.specs.push({ name, shape, trainable, initial });
    return (scope) => scope.get(name);
  }

  norm(name, channels) {
    const [gamma, beta] = [this.declare(`${name}/gamma`, [channels], 1), this.declare(`${name}/beta`, [channels], 0)];
    const mean = this.declare(`${name}/mean`, [channels], 0, false);
    const variance = this.declare(`${name}/variance`, [channels], 1, false);
    return (x, scope) => {
      if (!scope.training) return tf.batchNorm4d(x, mean(scope), variance(scope), beta(scope), gamma(scope), epsilon);
      const batch = batchNormTraining(x, gamma(scope), beta(scope), epsilon);
      const blend = (old, now) => tf.add(tf.mul(old, 0.9), tf.mul(now, 0.1));
      scope.update(`${name}/mean`, blend(mean(scope), batch.mean));
      scope.update(`${name}/variance`, blend(variance(scope), batch.variance));
      return batch.y;
    };
  }

  /** Convolution without bias, batch norm, and swish where `active`. */
  conv(name, size, stride, from, to, active = true) {
    const kernel = this.declare(`${name}/kernel`, [size, size, from, to]);
    const norm = this.norm(`${name}/norm`, to);
    return (x, scope) => {
      const y = norm(tf.conv2d(x, kernel(scope), stride, (size - 1) / 2), scope);
      return active ? swish(y) : y;
    };
  }

  /** Inverted bottleneck: expand 1x1, depthwise, squeeze and excite, project 1x1. */
  bottleneck(name, expansion, size, stride, from, to) {
    const wide = from * expansion;
    const squeezed = Math.max(1, from / 4);
    const expand = expansion === 1 ? (x) => x : this.conv(`${name}/expand`, 1, 1, from, wide);
    const depthwise = this.declare(`${name}/depthwise`, [size, size, wide, 1]);
    const norm = this.norm(`${name}/norm`, wide);
    const squeeze = this.declare(`${name}/squeeze`, [1, 1, wide, squeezed]);
    const squeezeBias = this.declare(`${name}/squeeze-bias`, [squeezed], 0);
    const excite = this.declare(`${name}/excite`, [1, 1, squeezed, wide]);
    const exciteBias = this.declare(`${name}/excite-bias`, [wide], 0);
    const project = this.conv(`${name}/project`, 1, 1, wide, to, false);
    return (x, scope) => {
      const filtered = tf.depthwiseConv2d(expand(x, scope), depthwise(scope), stride, (size - 1) / 2);
      const y = swish(norm(filtered, scope));
      const mean = tf.mean(y, [1, 2], true);
      const narrow = swish(tf.add(tf.conv2d(mean, squeeze(scope), 1, 0), squeezeBias(scope)));
      const gate = tf.sigmoid(tf.add(tf.conv2d(narrow, excite(scope), 1, 0), exciteBias(scope)));
      return project(tf.mul(y, gate), scope);
    };
  }
}

/** @returns {import('@foveate/contracts').Model} */
export function b0Blocks({ height, width, classes }) {
  const variables = new Variables();
  const layers = [variables.conv('stem', 3, 2, 3, 32)];
  let channels = 32;
  for (const [index, [expansion, size, stride, to]] of stages.entries()) {
    layers.push(variables.bottleneck(`stage${index + 1}`, expansion, size, stride, channels, to));
    channels = to;
  }
  layers.push(variables.conv('last', 1, 1, channels, 1280));
  const kernel = variables.declare('logits/kernel', [1280, classes]);
  const bias = variables.declare('logits/bias', [classes], 0);
  return {
    height,
    width,
    classes,
    variables: variables.specs,
    features: (images, scope) => layers.reduce((x, layer) => layer(x, scope), tf.sub(tf.mul(images, 2), 1)),
    head: (map, scope) => tf.add(tf.matMul(tf.mean(map, [1, 2]), kernel(scope)), bias(scope)),
  };
}

/** Initial values of all variables, the same for both sides. */
export function initialValues(model, seed) {
  return Object.fromEntries(
    model.variables.map(({ name, shape, initial }) => [
      name,
      { dtype: 'float32', shape, data: initial(random(seed, 'bench', name)) },
    ]),
  );
}
