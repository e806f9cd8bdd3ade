import type { HostTensor } from '@foveate/contracts';

/**
 * Central differences of a scalar function, (f(x + h e_i) - f(x - h e_i)) / 2h.
 * @param f evaluated twice per element
 * @param step h; errors of truncation fall and those of rounding rise as it shrinks: 1e-2 suits float32 functions near 1
 */
export async function finiteDifferences(
  f: (x: HostTensor) => Promise<number>,
  at: HostTensor,
  step: number,
): Promise<HostTensor> {
  const data = new Float32Array(at.data.length);
  for (let i = 0; i < data.length; i++) {
    const moved = async (by: number): Promise<number> => {
      const values = Float32Array.from(at.data);
      values[i] = (values[i] as number) + by;
      return f({ dtype: 'float32', shape: at.shape, data: values });
    };
    data[i] = ((await moved(step)) - (await moved(-step))) / (2 * step);
  }
  return { dtype: 'float32', shape: at.shape, data };
}
