import { expect } from '@jest/globals';
import type { AssignedSample, LabelledSample, Plugin, PluginContext, SplitName } from '@foveate/contracts';

const context: PluginContext = {
  baseFolder: '/',
  seed: 1,
  get: () => {
    throw new Error('no other plugin is needed');
  },
};

/** The splitter's answer on its samples. */
export interface Assigning {
  assign(samples: readonly LabelledSample[], seed: number): readonly AssignedSample[];
}

/** A splitter with these options. @throws Error when they are not valid */
export async function buildSplitter(plugin: Plugin<'splitter'>, options: object = {}): Promise<Assigning> {
  const result = await plugin.options['~standard'].validate(options);
  if (result.issues !== undefined) throw new Error(result.issues.map(({ message }) => message).join('; '));
  const splitter = await plugin.register(result.value, context);
  return {
    assign: (samples, seed) => {
      const splits = splitter.assign(samples, seed);
      expect(splits).toHaveLength(samples.length);
      return samples.map((sample, index) => ({ ...sample, split: splits[index] as SplitName }));
    },
  };
}
