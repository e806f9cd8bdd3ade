/**
 * Makes gradients of gradients right for functions that save their result, and gradients of functions whose optional inputs
 * are left out. Importing this file does it.
 *
 * tfjs records the copy of a saved result before the operation that made it. When a backward pass is itself
 * differentiated, what flows into the copy comes too late to reach the operation and is lost: in tfjs 4.22 the second
 * derivatives of exp, sigmoid, tanh, elu, softmax, logSoftmax and pow are wrong. Here the copies follow the operation.
 */
import * as tf from '@tensorflow/tfjs-core';

/** The part of tfjs' engine that records; not public. */
const recorder = tf.engine() as unknown as {
  addTapeNode: (
    kernelName: string,
    inputs: Record<string, tf.Tensor | undefined>,
    outputs: tf.Tensor[],
    ...rest: unknown[]
  ) => void;
  saveTensorsForBackwardMode: (tensors: readonly (tf.Tensor | undefined)[]) => tf.Tensor[];
};
const addTapeNode = recorder.addTapeNode.bind(recorder);
const save = recorder.saveTensorsForBackwardMode.bind(recorder);

// Scale and offset of batch norm may be left out: tfjs would save the missing scale and ask for the gradients of both. A
// scale of one in its place is what its gradient function takes for it.
recorder.saveTensorsForBackwardMode = (tensors) => save(tensors.map((tensor) => tensor ?? tf.scalar(1)));

recorder.addTapeNode = (kernelName, inputs, outputs, ...rest) => {
  const given = Object.entries(inputs).filter(([, tensor]) => tensor);
  addTapeNode(kernelName, Object.fromEntries(given), outputs, ...rest);
  const tape = tf.engine().state.activeTape;
  const ids = new Set(outputs.map(({ id }) => id));
  const isCopy = (index: number): boolean =>
    index >= 0 && Object.values(tape[index]?.inputs ?? {}).some((input) => ids.has(input?.id));
  let first = tape.length - 1;
  while (isCopy(first - 1)) first--;
  const [operation] = tape.splice(-1);
  if (operation !== undefined) tape.splice(first, 0, operation);
};
