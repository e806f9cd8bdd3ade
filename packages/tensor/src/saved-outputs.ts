/**
 * Makes gradients of gradients right for functions that save their result. Importing this file does it.
 *
 * tfjs records the copy of a saved result before the operation that made it. When a backward pass is itself
 * differentiated, what flows into the copy comes too late to reach the operation and is lost: in tfjs 4.22 the second
 * derivatives of exp, sigmoid, tanh, elu, softmax, logSoftmax and pow are wrong. Here the copies follow the operation.
 */
import * as tf from '@tensorflow/tfjs-core';

/** The part of tfjs' engine that records; not public. */
const recorder = tf.engine() as unknown as {
  addTapeNode: (kernelName: string, inputs: tf.NamedTensorMap, outputs: tf.Tensor[], ...rest: unknown[]) => void;
};
const addTapeNode = recorder.addTapeNode.bind(recorder);

recorder.addTapeNode = (kernelName, inputs, outputs, ...rest) => {
  addTapeNode(kernelName, inputs, outputs, ...rest);
  const tape = tf.engine().state.activeTape;
  const ids = new Set(outputs.map(({ id }) => id));
  const isCopy = (index: number): boolean =>
    index >= 0 && Object.values(tape[index]?.inputs ?? {}).some((input) => ids.has(input?.id));
  let first = tape.length - 1;
  while (isCopy(first - 1)) first--;
  const [operation] = tape.splice(-1);
  if (operation !== undefined) tape.splice(first, 0, operation);
};
