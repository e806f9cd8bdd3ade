/** Running programs of plugins on two engines, and what their results must all be. */
import type { Engine, HostTensor, HostTensors, Plugin, Program } from '@foveate/contracts';
import { messageOf } from '@foveate/contracts';
import { runOnce } from '../parity.js';
import { broken, same, type CheckSetting } from './broken.js';

/** Settings of checks that run programs. */
export interface EngineSetting extends CheckSetting {
  /** The engine under test and the oracle, as for `checkParity`. */
  readonly engines: readonly [tested: Engine, oracle: Engine];
  /** Largest relative error between engines, by the Euclidean norm of each result; 1e-3 when left out. */
  readonly tolerance?: number;
}

/** Runs a program on the oracle. @throws FoveateError `PLUGIN_INVALID` with what the plugin throws */
export function onOracle(
  plugin: Plugin,
  { engines: [, oracle] }: EngineSetting,
  program: Program,
  inputs: HostTensors,
) {
  return run(plugin, oracle, program, inputs, 'It throws');
}

/** Runs a program on the engine under test, which is the faster one. @throws as {@link onOracle} */
export function onTested(plugin: Plugin, { engines: [tested] }: EngineSetting, program: Program, inputs: HostTensors) {
  return run(plugin, tested, program, inputs, 'The engine under test cannot run it');
}

async function run(plugin: Plugin, engine: Engine, program: Program, inputs: HostTensors, what: string) {
  try {
    return await runOnce(engine, program, inputs);
  } catch (error) {
    throw broken(plugin, `${what}: ${messageOf(error)}`);
  }
}

/** @throws FoveateError `PLUGIN_INVALID` naming the first result that is not finite */
export function requireFinite(plugin: Plugin, results: HostTensors): void {
  for (const [name, { data }] of Object.entries(results)) {
    const odd = data.find((value: number) => !Number.isFinite(value));
    if (odd !== undefined) throw broken(plugin, `Its '${name}' is not finite`, { got: String(odd) });
  }
}

/** @throws FoveateError `PLUGIN_INVALID` when the oracle or the engine under test computes something else than `expected` */
export async function requireSameEverywhere(
  plugin: Plugin,
  setting: EngineSetting,
  program: Program,
  inputs: HostTensors,
  expected: HostTensors,
): Promise<void> {
  const again = await onOracle(plugin, setting, program, inputs);
  for (const [name, tensor] of Object.entries(expected)) {
    if (!same(again[name]?.data, tensor.data)) throw broken(plugin, `Its '${name}' is another the second time`);
  }
  const got = await onTested(plugin, setting, program, inputs);
  for (const [name, tensor] of Object.entries(expected)) {
    const error = distance(got[name], tensor);
    if (!(error <= (setting.tolerance ?? 1e-3)))
      throw broken(plugin, `Its '${name}' differs between the engines`, {
        got: `relative error ${error.toPrecision(2)}`,
      });
  }
}

/** Euclidean distance, relative to the norm of what is expected where that is above 1e-3. */
export function distance(got: HostTensor | undefined, expected: HostTensor): number {
  if (got?.shape.join() !== expected.shape.join()) return Infinity;
  let [error, norm] = [0, 0];
  expected.data.forEach((value: number, i: number) => {
    error += ((got.data[i] as number) - value) ** 2;
    norm += value ** 2;
  });
  return Math.sqrt(error) / Math.max(Math.sqrt(norm), 1e-3);
}

/** The rows of a batch in the opposite order. */
export function reversed(tensor: HostTensor): HostTensor {
  const [count = 1] = tensor.shape;
  const size = tensor.data.length / count;
  const data = tensor.data.slice();
  for (let row = 0; row < count; row++)
    data.set(tensor.data.subarray(row * size, (row + 1) * size), (count - 1 - row) * size);
  return { ...tensor, data };
}

/** The first row of a batch. */
export function firstOf({ dtype, shape: [count = 1, ...row], data }: HostTensor): HostTensor {
  return { dtype, shape: [1, ...row], data: data.slice(0, data.length / count) };
}
