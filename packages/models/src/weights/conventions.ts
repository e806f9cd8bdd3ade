/** How libraries name the tensors of a layer. */
import type { Convention, WeightNaming } from './naming.js';

/** PyTorch: `layer.weight`, `layer.running_mean`, kernels OIHW. */
export const pytorch: Convention = {
  layout: 'oihw',
  separator: '.',
  leaves: {
    kernel: ['weight'],
    depthwise: ['weight'],
    bias: ['bias'],
    gamma: ['weight'],
    beta: ['bias'],
    mean: ['running_mean'],
    variance: ['running_var'],
  },
  noWeights: [[/\.num_batches_tracked$/, 'number of batches seen in training']],
};

/** Gluon of MXNet as the WebNN samples ship it: PyTorch's layout, words joined by underscores. */
export const gluon: Convention = {
  ...pytorch,
  separator: '_',
  leaves: { ...pytorch.leaves, gamma: ['gamma'], beta: ['beta'] },
  noWeights: [],
};

/** Keras and TensorFlow.js: `layer/kernel`; Keras 3 numbers the variables of a layer in its own files. */
export const keras: Convention = {
  layout: 'hwio',
  separator: '/',
  leaves: {
    kernel: ['kernel', 'vars/0'],
    depthwise: ['depthwise_kernel', 'kernel', 'vars/0'],
    bias: ['bias', 'vars/1'],
    gamma: ['gamma', 'vars/0'],
    beta: ['beta', 'vars/1'],
    mean: ['moving_mean', 'vars/2'],
    variance: ['moving_variance', 'vars/3'],
  },
  noWeights: [[/(^|\/)normalization(_\d+)?\//, 'normalisation of the input, which the model does itself']],
};

/** This library's own files: checkpoints and exports. */
export const own: WeightNaming = {
  scheme: 'foveate',
  convention: {
    layout: 'hwio',
    separator: '/',
    leaves: {
      kernel: ['kernel'],
      depthwise: ['depthwise'],
      bias: ['bias'],
      gamma: ['gamma'],
      beta: ['beta'],
      mean: ['mean'],
      variance: ['variance'],
    },
    noWeights: [[/^optimizer\//, 'state of the optimizer']],
  },
  layers: [],
};
