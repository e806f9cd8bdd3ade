/** Tensors of a file for the variables of a model, with strict accounting. */
import type { HostTensor, HostTensors, Model, VariableSpec } from '@foveate/contracts';
import { sameButForPixels, toHwio, type Leaf } from './layout.js';
import { checkInputMean } from './input-mean.js';
import { bestMatch, possibleNamings, type Match } from './match.js';
import type { WeightNaming } from './naming.js';
import { counted, misfitTable, nameList } from './tell.js';
import { invalid, type WeightsEntry, type WeightsFile } from './weights-file.js';

/** How weights are imported. */
export interface ImportOptions {
  /** How other libraries name the architecture. */
  readonly namings: readonly WeightNaming[];
  /** Scheme to use; left out: the one that explains most tensors. */
  readonly scheme?: string;
  /**
   * What becomes of the classifying layers. `load`: taken from the file, which must have the model's classes. `fresh`: the
   * last layer keeps its initial values, and so do layers of the head that the file does not have.
   */
  readonly head: 'load' | 'fresh';
}

/** What was imported, and what became of the rest. */
export interface ImportedWeights {
  /** By variable; all variables but the `fresh` ones. */
  readonly tensors: HostTensors;
  readonly naming: WeightNaming;
  /** Variables that keep their initial values. */
  readonly fresh: readonly string[];
  /** Tensors that were not used, and why not. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
}

/** Names of the layer that knows the classes. */
const lastLayer = /^logits\//;

/**
 * Gives each variable of `model` its tensor, in the model's layout. Every tensor of the file is used once, or named in
 * `leftOut` with the reason, or the import fails.
 * @throws FoveateError `WEIGHTS_INVALID`: unknown names, variables without tensor, tensors without variable, and a table
 *   of the shapes that differ
 */
export function importWeights(model: Model, file: WeightsFile, options: ImportOptions): ImportedWeights {
  const match = matchOf(model, file, options);
  checkInputMean(file, match.naming);
  const isFresh = freshness(model, match, options.head);
  const wanted = model.variables.filter((spec) => !isFresh(spec));
  const missing = wanted.filter((spec) => !match.found.has(spec));
  if (missing.length > 0) throw missingError(file, match, missing);
  const leftOut = accountFor(file, match, isFresh);
  const converted = wanted.map((spec) => [spec, convert(spec, match)] as const);
  const misfits = converted.filter(([spec, tensor]) => tensor === undefined || !fits(spec, tensor));
  if (misfits.length > 0) throw misfitError(model, file, match, misfits);
  checkFinite(converted, match, file.path);
  return {
    tensors: Object.fromEntries(
      converted.map(([{ name, shape }, tensor]) => [name, { ...(tensor as HostTensor), shape }]),
    ),
    naming: match.naming,
    fresh: model.variables.filter(isFresh).map(({ name }) => name),
    leftOut,
  };
}

function matchOf(model: Model, file: WeightsFile, { namings, scheme }: ImportOptions): Match {
  const all = possibleNamings(model.variables, namings);
  const chosen = all.filter((naming) => scheme === undefined || naming.scheme === scheme);
  const match = bestMatch(model.variables, file.entries, chosen);
  if (match !== undefined) return match;
  throw invalid(file.path, 'No tensor has a name that this model knows', {
    expected: `names of ${[...new Set(chosen.map((naming) => naming.scheme))].join(', ')}`,
    got: nameList(file.entries.map(({ name }) => name)),
    advice: 'Use weights of the same architecture',
  });
}

/** Which variables keep their initial values. */
function freshness(model: Model, { found }: Match, head: ImportOptions['head']): (spec: VariableSpec) => boolean {
  if (head === 'load') return () => false;
  const inTrunk = new Set(model.stages?.flatMap(({ variables }) => variables));
  const isHead = ({ name }: VariableSpec) => lastLayer.test(name) || (inTrunk.size > 0 && !inTrunk.has(name));
  return (spec) => lastLayer.test(spec.name) || (isHead(spec) && !found.has(spec));
}

function convert(spec: VariableSpec, { found, naming }: Match): HostTensor | undefined {
  const tensor = found.get(spec)?.tensor;
  if (tensor?.dtype !== 'float32') return undefined;
  return toHwio(tensor, spec.name.slice(spec.name.lastIndexOf('/') + 1) as Leaf, naming.convention.layout);
}

/** @throws FoveateError for NaN and infinity, which no training recovers from */
function checkFinite(
  converted: readonly (readonly [VariableSpec, HostTensor | undefined])[],
  { found }: Match,
  where: string,
): void {
  const broken = converted.find(([, tensor]) => tensor?.data.some((value) => !Number.isFinite(value)) === true)?.[0];
  if (broken === undefined) return;
  throw invalid(where, `Tensor '${found.get(broken)?.name ?? ''}' holds values that are not finite`);
}

function fits({ shape }: VariableSpec, tensor: HostTensor): boolean {
  return tensor.shape.join() === shape.join() || sameButForPixels(tensor.shape, shape);
}

/** Why each tensor that is not used is not. @throws FoveateError for tensors that nothing explains */
function accountFor(
  file: WeightsFile,
  { found, naming, prefix }: Match,
  isFresh: (spec: VariableSpec) => boolean,
): ImportedWeights['leftOut'] {
  const uses = new Map<WeightsEntry, VariableSpec>();
  for (const [spec, entry] of found) uses.set(entry, spec);
  const rest = file.entries.flatMap((entry) => {
    const spec = uses.get(entry);
    if (spec !== undefined && !isFresh(spec)) return [];
    const { name } = entry;
    if (spec !== undefined) return [{ name, reason: 'the last layer starts afresh' }];
    const plain = name.startsWith(prefix) ? name.slice(prefix.length) : name;
    const what = naming.convention.noWeights.find(([pattern]) => pattern.test(plain))?.[1];
    return [{ name, reason: what ?? (entry.tensor === undefined ? `stored as ${entry.stored}` : undefined) }];
  });
  const unexplained = rest.filter(({ reason }) => reason === undefined).map(({ name }) => name);
  if (unexplained.length > 0) {
    throw invalid(file.path, `${counted(unexplained, 'tensor has', 'tensors have')} no place in this model`, {
      got: nameList(unexplained),
      advice: naming.advice ?? `Use weights of the same architecture (names were taken as those of ${naming.scheme})`,
    });
  }
  return rest.map(({ name, reason = '' }) => ({ name, reason }));
}

function missingError(file: WeightsFile, { naming }: Match, missing: readonly VariableSpec[]): Error {
  const onlyHead = missing.every(({ name }) => lastLayer.test(name));
  return invalid(file.path, `${counted(missing, 'variable has', 'variables have')} no tensor in the file`, {
    got: nameList(missing.map(({ name }) => name)),
    advice: onlyHead
      ? "The file has no classifying layer: set head to 'fresh'"
      : `Use weights of the same architecture (names were taken as those of ${naming.scheme})`,
  });
}

function misfitError(
  model: Model,
  file: WeightsFile,
  { found }: Match,
  misfits: readonly (readonly [VariableSpec, HostTensor | undefined])[],
): Error {
  const table = misfitTable(misfits.map(([spec, tensor]) => ({ spec, tensor, from: found.get(spec)?.name ?? '' })));
  const classes = misfits.find(([{ name }]) => name === 'logits/bias')?.[1]?.shape[0];
  if (classes !== undefined && misfits.every(([{ name }]) => lastLayer.test(name))) {
    return invalid(file.path, `The file tells ${classes} classes apart, the model ${model.classes}`, {
      advice: `Set head to 'fresh' to train a new last layer.\n${table}\n`,
    });
  }
  return invalid(
    file.path,
    counted(misfits, 'tensor does not fit its variable', 'tensors do not fit their variables'),
    {
      advice: `Use weights of the same architecture and width.\n${table}\n`,
    },
  );
}
