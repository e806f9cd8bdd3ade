import type { Model, Plugin, PluginContext } from '@foveate/contracts';
import { efficientNetB0, efficientNetB1, efficientNetB2, efficientNetB3 } from './efficientnet.js';
import { mobileNetV2 } from './mobilenet-v2.js';
import { mobileNetV3Small } from './mobilenet-v3-small.js';
import { resNet18 } from './resnet-18.js';
import { bestMatch, possibleNamings } from './weights/match.js';
import type { WeightNaming } from './weights/naming.js';
import { efficientNetNames } from './weights/names/efficientnet.js';
import { mobileNetV2Names } from './weights/names/mobilenet-v2.js';
import { mobileNetV3SmallNames } from './weights/names/mobilenet-v3-small.js';
import { resNet18Names } from './weights/names/resnet-18.js';
import type { WeightsFile } from './weights/weights-file.js';

type Candidate = readonly [plugin: unknown, namings: readonly WeightNaming[], options?: object];

const candidates: readonly Candidate[] = [
  [efficientNetB0, efficientNetNames],
  [efficientNetB1, efficientNetNames],
  [efficientNetB2, efficientNetNames],
  [efficientNetB3, efficientNetNames],
  [mobileNetV2, mobileNetV2Names],
  [mobileNetV2, mobileNetV2Names, { firstExpansion: true }],
  [mobileNetV3Small, mobileNetV3SmallNames],
  [resNet18, resNet18Names],
];

/** What a file of weights seems to be. */
export interface Identification {
  /** Id of the model plugin. */
  readonly architecture: string;
  /** Options of the model the weights need. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Whose names the tensors have. */
  readonly scheme: string;
  /** Variables of the model that have a tensor of their size. */
  readonly matched: number;
  readonly variables: number;
}

/** Share of names that both have, below which a file is something else. */
const enough = 0.5;

/**
 * The architecture of the zoo, at its usual width, that shares most tensors with a file.
 * @returns undefined when none shares half of them
 */
export async function identifyWeights(file: WeightsFile): Promise<Identification | undefined> {
  const usable = file.entries.filter(({ tensor }) => tensor !== undefined).length;
  let bestShare = enough;
  let best: Identification | undefined;
  for (const [anyPlugin, namings, options = {}] of candidates) {
    const plugin = anyPlugin as Plugin<'model', object>;
    const { variables } = await build(plugin, options);
    const match = bestMatch(variables, file.entries, possibleNamings(variables, namings));
    if (match === undefined) continue;
    const matched = [...match.found].filter(([spec, entry]) => size(spec.shape) === size(entry.shape)).length;
    const share = matched / (variables.length + usable - matched);
    if (share <= bestShare) continue;
    const { padding, scheme } = match.naming;
    const needed = { ...options, ...(padding === 'same' && { padding }) };
    bestShare = share;
    best = { architecture: plugin.meta.id, options: needed, scheme, matched, variables: variables.length };
  }
  return best;
}

async function build(plugin: Plugin<'model', object>, options: object): Promise<Model> {
  const result = await plugin.options['~standard'].validate(options);
  if (result.issues !== undefined) throw new Error(`Options of ${plugin.meta.id} do not hold`);
  const factory = await plugin.register(result.value, { baseFolder: '.', seed: 0 } as PluginContext);
  return factory.build({ height: 64, width: 64, classes: 1000 });
}

const size = (shape: readonly number[]): number => shape.reduce((product, dimension) => product * dimension, 1);
