/** State between steps: values that stay where the sessions are. */
import { fail, type EngineState, type HostTensors } from '@foveate/contracts';
import type { ProgramState, ValueSpec } from './plan.js';
import { OnnxProgram, type ProgramHost } from './program.js';
import { toStored } from '@foveate/tracer';

/** Values in a session host, read through a program that returns them: only the graph's side knows their axis order. */
export class OnnxState implements EngineState, ProgramState {
  readonly id: number;
  readonly specs: Readonly<Record<string, ValueSpec>>;
  readonly written: Promise<void>;
  readonly #on: ProgramHost;
  #reader: OnnxProgram | undefined;

  constructor(values: HostTensors, on: ProgramHost) {
    this.#on = on;
    this.id = on.nextId();
    this.specs = Object.fromEntries(
      Object.entries(values).map(([name, { dtype, shape }]) => [name, { dtype, shape: [...shape] }]),
    );
    this.written = this.write(values);
    // Whoever uses the state learns of it.
    this.written.catch(() => undefined);
  }

  async read(names: readonly string[] = Object.keys(this.specs)): Promise<HostTensors> {
    for (const name of names) this.#spec(name);
    if (names.length === 0) return {};
    this.#reader ??= new OnnxProgram((_inputs, state) => ({ outputs: state }), this, this.#on);
    const all = await this.#reader.run({});
    return Object.fromEntries(names.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])));
  }

  async write(values: HostTensors): Promise<void> {
    for (const [name, { dtype, shape }] of Object.entries(values)) {
      const spec = this.#spec(name);
      if (dtype === spec.dtype && shape.join() === spec.shape.join()) continue;
      throw fail({
        code: 'ENGINE_INPUT',
        what: `State value '${name}' does not fit`,
        expected: `${spec.dtype} [${spec.shape.join(', ')}]`,
        got: `${dtype} [${shape.join(', ')}]`,
      });
    }
    const stored = Object.entries(values).map(([name, value]) => [name, toStored(value)] as const);
    await this.#on.host.writeState(this.id, Object.fromEntries(stored));
  }

  #spec(name: string): ValueSpec {
    const spec = this.specs[name];
    if (spec === undefined) throw fail({ code: 'ENGINE_INPUT', what: `The state has no value '${name}'` });
    return spec;
  }

  dispose(): void {
    this.#reader?.dispose();
    this.#on.host.disposeState(this.id).catch(() => undefined);
  }
}
