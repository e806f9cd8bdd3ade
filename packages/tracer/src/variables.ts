/**
 * Variables under trace. For the time of a trace every `tf.Variable` holds a symbol in place of its value: reading it makes
 * an input of the graph, and one that holds something else at the end was assigned. Afterwards all hold again what they
 * held before; variables that the program created, as optimizers do at their first step, hold their initial values.
 */
import { fail } from '@foveate/contracts';
import * as tf from '@tensorflow/tfjs-core';
import type { TraceSession } from './backend.js';
import { callSite } from './call-site.js';
import { valuesOf } from './constants.js';
import type { Lazy } from './layout.js';

/** What a traced program did with one variable. */
export interface VariableUse {
  readonly variable: tf.Variable;
  /** Where the program first read or created it. */
  readonly where: string;
  /** The value before the call; absent when the program never read it. */
  readonly read?: Lazy;
  /** The value after the call; absent when the program never assigned it. */
  readonly assigned?: Lazy;
}

interface Tracked {
  readonly variable: tf.Variable;
  /** What to restore: the value before the trace, or the initial value of a variable created during the trace. */
  readonly origin: tf.Tensor | Lazy;
  symbol: object;
  where: string;
  read?: Lazy;
}

/** The variables of one trace. Must live within one tidy. */
export class TracedVariables {
  readonly #tracked: Tracked[] = [];
  readonly #session: TraceSession;
  readonly #input: (variable: tf.Variable) => Lazy;

  /**
   * Puts symbols into all variables.
   * @param input makes the graph input for a variable's value
   */
  constructor(session: TraceSession, input: (variable: tf.Variable) => Lazy) {
    this.#session = session;
    this.#input = input;
    const engine = tf.engine();
    for (const variable of Object.values(engine.registeredVariables)) {
      // A second tensor on the same data keeps it alive while the variable is away.
      const held = engine.makeTensorFromTensorInfo(variable);
      engine.backend.incRef(variable.dataId);
      this.#track(variable, held);
    }
    // An own property hides the method of the class; `delete` brings it back.
    const make = engine.makeVariable.bind(engine);
    engine.makeVariable = (...settings) => {
      const variable = make(...settings);
      this.#track(variable, session.lazy(variable), callSite());
      return variable;
    };
  }

  #track(variable: tf.Variable, origin: Tracked['origin'], where = ''): void {
    const tracked: Tracked = { variable, origin, symbol: {}, where };
    const form = { shape: variable.shape, type: variable.dtype as Lazy['type'] };
    const symbol = this.#session.tensor(form, () => {
      if (tracked.where === '') tracked.where = callSite();
      tracked.read = this.#input(variable);
      return tracked.read;
    });
    tracked.symbol = symbol.dataId;
    variable.assign(symbol);
    symbol.dispose();
    this.#tracked.push(tracked);
  }

  /** What the program did, in the order the variables were made; those it did not touch are left out. */
  uses(): VariableUse[] {
    return this.#tracked.flatMap(({ variable, symbol, where, read, origin }) => {
      if (variable.isDisposed) throw disposed(variable, where, origin instanceof tf.Tensor);
      const assigned = variable.dataId === symbol ? undefined : this.#session.lazy(variable);
      if (read === undefined && assigned === undefined && origin instanceof tf.Tensor) return [];
      return [{ variable, where, ...(read && { read }), ...(assigned && { assigned }) }];
    });
  }

  /**
   * Takes the symbols out again.
   * @returns gives created variables their initial values; to be called once the eager backend is active again
   */
  restore(): () => void {
    Reflect.deleteProperty(tf.engine(), 'makeVariable');
    const created: [tf.Variable, Lazy][] = [];
    for (const { variable, origin } of this.#tracked) {
      if (variable.isDisposed) continue;
      if (origin instanceof tf.Tensor) variable.assign(origin);
      else created.push([variable, origin]);
    }
    return () => {
      const computed = created.filter(([variable, initial]) => !initialise(variable, initial));
      computed.forEach(([variable]) => {
        variable.dispose();
      });
      const [first] = computed;
      if (first === undefined) return;
      throw fail({
        code: 'ENGINE_UNSUPPORTED',
        what: `The program creates the variable '${first[0].name}' and computes its initial value`,
        advice: 'Create the variable before the program is compiled, or give it constant initial values',
      });
    };
  }
}

/** @returns false when the initial value is not a constant */
function initialise(variable: tf.Variable, initial: Lazy): boolean {
  const values = valuesOf(initial);
  if (values === undefined) return false;
  tf.tidy(() => {
    variable.assign(tf.tensor(values, variable.shape, variable.dtype));
  });
  return true;
}

function disposed(variable: tf.Variable, where: string, before: boolean): Error {
  return fail({
    code: 'ENGINE_UNSUPPORTED',
    what: `The program ${before ? '' : 'creates and '}disposes the variable '${variable.name}'`,
    where,
    advice: 'A variable is state that outlives the call. For a value of one call use a plain tensor',
  });
}
