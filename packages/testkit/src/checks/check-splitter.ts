import { splitNames, messageOf, type LabelledSample, type Plugin } from '@foveate/contracts';
import { broken, builtAndDescribed, frozen, same, type CheckSetting } from './broken.js';

/** Settings of {@link checkSplitter}. */
export interface SplitterSetting extends CheckSetting {
  /** What is divided; by default 60 samples of which some belong together and some have a split already. */
  readonly samples?: readonly LabelledSample[];
}

const usual: readonly LabelledSample[] = Array.from({ length: 60 }, (_, i) => ({
  id: `images/${String(i).padStart(2, '0')}.png`,
  defectTypes: i % 3 === 0 ? ['scratch'] : [],
  label: i % 3 === 0 ? (1 as const) : (0 as const),
  reason: 'given',
  ...(i < 24 ? { group: `part${Math.floor(i / 4)}` } : {}),
  ...(i >= 50 ? { split: splitNames[i % 3] as (typeof splitNames)[number] } : {}),
}));

/**
 * Checks a splitter: one split for each sample, whatever their order, groups whole, prescribed splits kept, the same for
 * the same seed, and nothing in the samples changed.
 * @throws FoveateError `PLUGIN_INVALID` naming what is broken
 */
export async function checkSplitter(plugin: Plugin<'splitter'>, setting: SplitterSetting = {}): Promise<void> {
  const splitter = await builtAndDescribed(plugin, setting);
  const samples = frozen(structuredClone(setting.samples ?? usual));
  const assign = (given: readonly LabelledSample[]) => {
    try {
      return splitter.assign(given, 7);
    } catch (error) {
      throw broken(plugin, `It throws: ${messageOf(error)}`);
    }
  };
  const splits = assign(samples);
  if (splits.length !== samples.length)
    throw broken(plugin, 'There is not one split for each sample', { expected: samples.length, got: splits.length });
  const odd = splits.find((split) => !splitNames.includes(split));
  if (odd !== undefined) throw broken(plugin, 'A split has no known name', { expected: splitNames, got: odd });
  const groups = new Map<string, string>();
  samples.forEach(({ id, group, split }, index) => {
    const got = splits[index] as string;
    if (split !== undefined && got !== split)
      throw broken(plugin, `Sample ${id} does not keep the split that the source prescribes`, { expected: split, got });
    if (group === undefined) return;
    const others = groups.get(group) ?? got;
    if (others !== got) throw broken(plugin, `Group ${group} is in two splits`, { got: [others, got] });
    groups.set(group, got);
  });
  if (!same(assign(samples), splits)) throw broken(plugin, 'The same seed divides differently the second time');
  const byId = new Map(samples.map(({ id }, index) => [id, splits[index]]));
  const turned = samples.toReversed();
  assign(turned).forEach((split, index) => {
    const { id } = turned[index] as LabelledSample;
    if (byId.get(id) !== split) throw broken(plugin, `The split of ${id} depends on the order of the samples`);
  });
}
