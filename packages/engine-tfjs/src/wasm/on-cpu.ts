/** Kernels of the pure JavaScript backend for tensors of another one: values are copied there and back. */
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

/** Tensors or their records by the name a kernel gives them. */
type Inputs = Parameters<tf.KernelFunc>[0]['inputs'];

/** A kernel function that runs `kernelName` of the backend `cpu`. Not for complex numbers. */
export function onCpu(kernelName: string): tf.KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const here = backend as tf.KernelBackend;
    const cpu = tf.engine().findBackend('cpu') as MathBackendCPU;
    const kernel = tf.getKernel(kernelName, 'cpu');
    const copy = (info: tf.TensorInfo): tf.TensorInfo =>
      cpu.makeTensorInfo(info.shape, info.dtype, here.readSync(info.dataId));
    // Some kernels take a list where others take names.
    const given = inputs as Readonly<Record<string, tf.TensorInfo>> | readonly tf.TensorInfo[];
    const copies = Array.isArray(given)
      ? given.map(copy)
      : Object.fromEntries(Object.entries(given).map(([name, info]) => [name, copy(info)]));
    const result = kernel.kernelFunc({
      inputs: copies as Inputs,
      backend: cpu,
      ...(attrs === undefined ? {} : { attrs }),
    });
    const outputs = (Array.isArray(result) ? result : [result]).map(({ dataId, shape, dtype }) => {
      const values = cpu.readSync(dataId);
      cpu.disposeData(dataId);
      return { dataId: here.write(values, shape, dtype), shape, dtype };
    });
    for (const { dataId } of Object.values(copies)) cpu.disposeData(dataId);
    return Array.isArray(result) ? outputs : (outputs[0] as tf.TensorInfo);
  };
}
