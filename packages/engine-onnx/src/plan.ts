/** From a program to what a session host needs to run it. */
import type { HostTensors, NamedTensors, Program, ProgramOptions } from '@foveate/contracts';
import { refuseState } from '@foveate/tensor';
import { encodeOnnx, storedOrder, trace, type InputSpec } from '@foveate/tracer';
import type { Provider } from './providers.js';
import { nextPrefix, statePrefix, type SessionPlan } from './session-host.js';

import { webgpuFaults } from './webgpu-faults.js';

/** Element type and logical shape of a value. */
export type ValueSpec = Pick<InputSpec, 'dtype' | 'shape'>;

/** State as a program sees it. */
export interface ProgramState {
  readonly id: number;
  readonly specs: Readonly<Record<string, ValueSpec>>;
  /** Settles when the values are in the host. */
  readonly written: Promise<void>;
}

/**
 * Traces a program for inputs of these shapes.
 * @throws FoveateError `ENGINE_UNSUPPORTED` naming what cannot be traced, `ENGINE_INPUT` when it returns state that is constant
 */
export function plan(
  program: Program,
  state: ProgramState,
  inputs: HostTensors,
  { provider, constantState = false }: ProgramOptions & { readonly provider: Provider },
): SessionPlan {
  const start = performance.now();
  // On WebGPU the state lives on the device, from where only a graph can read it: it stays an input.
  const builtIn = constantState && provider !== 'webgpu';
  const specs: Record<string, InputSpec> = Object.fromEntries([
    ...Object.entries(inputs).map(([name, { dtype, shape }]): [string, InputSpec] => [name, { dtype, shape }]),
    ...Object.entries(state.specs).map(([name, spec]): [string, InputSpec] => [
      statePrefix + name,
      { ...spec, order: storedOrder(spec.shape), constant: builtIn },
    ]),
  ]);
  const outputOrders = Object.fromEntries(
    Object.entries(state.specs).map(([name, { shape }]) => [nextPrefix + name, storedOrder(shape)]),
  );
  let replaces: readonly string[] = [];
  const graph = trace(
    (tensors) => {
      const pick = (names: readonly string[], prefix: string): NamedTensors =>
        Object.fromEntries(
          names.flatMap((name) => {
            const tensor = tensors[prefix + name];
            return tensor === undefined ? [] : [[name, tensor]];
          }),
        );
      const result = program(pick(Object.keys(inputs), ''), pick(Object.keys(state.specs), statePrefix));
      const next = Object.entries(result.state ?? {});
      replaces = next.map(([name]) => name);
      if (constantState) refuseState(replaces);
      return { ...result.outputs, ...Object.fromEntries(next.map(([name, tensor]) => [nextPrefix + name, tensor])) };
    },
    { inputs: specs, outputOrders, target: provider === 'cpu' || provider === 'wasm' ? 'cpu' : 'portable' },
  );
  const fed = builtIn ? graph.inputs.filter(({ name }) => !name.startsWith(statePrefix)) : graph.inputs;
  const model = encodeOnnx({ ...graph, inputs: fed });
  performance.measure('foveate:trace', { start });
  const cpuNodes = provider === 'webgpu' ? webgpuFaults(graph) : [];
  return { model, cpuNodes, replaces, ...(builtIn && { constantState: state.id }) };
}
