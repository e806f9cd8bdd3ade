/** What is measured. `net` and `task` are understood by both sides, engine-side.mjs and torch_side.py. */

/**
 * @typedef {object} Work
 * @property {string} id
 * @property {'custom-cnn' | 'efficientnet-b0'} net
 * @property {'train' | 'infer'} task
 * @property {'ce' | 'ceod'} loss
 * @property {number} batch
 * @property {number} size height and width
 * @property {readonly string[]} sides in the order they are reported; ratios are to the last
 */

const engines = ['onnx', 'onnx-worker', 'torch'];
const inference = ['onnx', 'torch-graph', 'torch'];

/** @returns {readonly Work[]} */
export function works(quick) {
  const size = quick ? 112 : 224;
  const train = (net, loss, sides) => ({
    id: `${net} train ${loss}`,
    net,
    task: 'train',
    loss,
    batch: 32,
    size,
    sides,
  });
  const infer = (net, batch) => ({
    id: `${net} inference, batch ${batch}`,
    net,
    task: 'infer',
    loss: 'ce',
    batch,
    size,
    sides: inference,
  });
  const tiny = {
    id: 'custom-cnn train ceod, tiny',
    net: 'custom-cnn',
    task: 'train',
    loss: 'ceod',
    batch: 4,
    size: 32,
    sides: ['onnx', 'tfjs-wasm', 'tfjs-cpu', 'torch'],
  };
  return [
    train('custom-cnn', 'ce', ['onnx', 'torch']),
    train('custom-cnn', 'ceod', engines),
    infer('custom-cnn', 1),
    infer('custom-cnn', 32),
    train('efficientnet-b0', 'ce', ['onnx', 'torch']),
    train('efficientnet-b0', 'ceod', ['onnx', 'torch']),
    infer('efficientnet-b0', 1),
    infer('efficientnet-b0', 32),
    tiny,
  ];
}
