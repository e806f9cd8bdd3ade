/** Named values: `/`-separated names, grouped by prefix. */
import { random, type HostTensors, type VariableSpec } from '@foveate/contracts';

/** `{ a }` becomes `{ 'prefix/a' }`. */
export function withPrefix<T>(prefix: string, named: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [`${prefix}/${name}`, value]));
}

/** The entries below `prefix/`, the prefix removed. */
export function pickPrefix<T>(prefix: string, named: Readonly<Record<string, T>>): Record<string, T> {
  const start = `${prefix}/`;
  return Object.fromEntries(
    Object.entries(named)
      .filter(([name]) => name.startsWith(start))
      .map(([name, value]) => [name.slice(start.length), value]),
  );
}

/** Initial values of variables, float32; each depends on the seed and its own name alone. */
export function initialise(variables: readonly VariableSpec[], seed: number): HostTensors {
  return Object.fromEntries(
    variables.map(({ name, shape, initial }) => [
      name,
      { dtype: 'float32' as const, shape, data: initial(random(seed, 'initial', name)) },
    ]),
  );
}
