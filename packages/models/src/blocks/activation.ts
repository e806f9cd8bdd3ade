/** Activation functions, by the names publications give them. */
import * as tf from '@tensorflow/tfjs-core';

/** A function of each element. */
export type Activation = <T extends tf.Tensor>(x: T) => T;

/** x sigmoid(x) (Ramachandran et al. 2017), also called SiLU. */
export const swish: Activation = (x) => tf.mul(x, tf.sigmoid(x));

/** min(max(x, 0), 6) */
export const relu6: Activation = (x) => tf.relu6(x);

/** max(x, 0) */
export const relu: Activation = (x) => tf.relu(x);

/** relu6(x + 3) / 6, piecewise linear between 0 and 1 (Howard et al. 2019). */
export const hardSigmoid: Activation = (x) => tf.mul(tf.relu6(tf.add(x, 3)), 1 / 6);

/** x hardSigmoid(x) (Howard et al. 2019). */
export const hardSwish: Activation = (x) => tf.mul(x, hardSigmoid(x));

/** 1 / (1 + exp(-x)) */
export const sigmoid: Activation = (x) => tf.sigmoid(x);
