/** What every engine checks. */
import { fail, type HostTensors } from '@foveate/contracts';

/** What must stay the same from call to call of a compiled program, by input name, for example `float32 of rank 4`. */
export type InputKinds = Readonly<Record<string, string>>;

/**
 * Checks what a compiled program is fed: data as long as its shape says, and names, ranks and dtypes as in the first call.
 * @param first what the first call returned, if there was one
 * @throws FoveateError `ENGINE_INPUT`
 */
export function checkInputs(inputs: HostTensors, first?: InputKinds): InputKinds {
  for (const [name, { shape, data }] of Object.entries(inputs)) {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    if (size !== data.length) {
      throw fail({
        code: 'ENGINE_INPUT',
        what: `Input '${name}' has ${data.length} values`,
        expected: `${size} for shape [${shape.join(', ')}]`,
      });
    }
  }
  const kinds: InputKinds = Object.fromEntries(
    Object.entries(inputs).map(([name, { dtype, shape }]) => [name, `${dtype} of rank ${shape.length}`]),
  );
  for (const name of Object.keys({ ...kinds, ...first })) {
    const [expected, got] = [(first ?? kinds)[name] ?? 'no such input', kinds[name] ?? 'nothing'];
    if (expected !== got)
      throw fail({ code: 'ENGINE_INPUT', what: `Input '${name}' differs from the first call`, expected, got });
  }
  return kinds;
}

/**
 * Checks what a program compiled with `constantState` returns.
 * @param names of the state it returned
 * @throws FoveateError `ENGINE_INPUT` when there are any
 */
export function refuseState(names: readonly string[]): void {
  if (names.length === 0) return;
  throw fail({
    code: 'ENGINE_INPUT',
    what: `A program compiled with constant state returns the state value '${names[0]}'`,
    advice: 'Compile it without constantState, or return the value as an output',
  });
}
