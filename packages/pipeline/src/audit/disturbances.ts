/** The disturbances of an audit, as they are asked for. */
import { fail } from '@foveate/contracts';
import type { Augmentation, PluginContext } from '@foveate/contracts';
import { disturbanceBy, type Disturbance, type RunScope, type Side } from '@foveate/stages';

/** An augmentation that is done for certain, on one side alone. */
export interface DisturbanceOptions {
  readonly side: Side;
  /** Id and options of the augmentation. What does not move pixels is done on this side alone, whatever it is. */
  readonly augment: Readonly<Record<string, unknown>> & { readonly id: string };
}

/** @throws FoveateError `PLUGIN_UNKNOWN`, or `CONFIG_INVALID` for options that are wrong or an augmentation that moves the area */
export async function disturbance(
  { side, augment: { id, ...options } }: DisturbanceOptions,
  scope: RunScope,
): Promise<Disturbance> {
  const plugin = await scope.plugin('augmentation', id);
  const checked = await plugin.options['~standard'].validate(options);
  if (checked.issues !== undefined) {
    throw fail({
      code: 'CONFIG_INVALID',
      what: checked.issues[0]?.message ?? 'Options are wrong',
      where: `${side} ${id}`,
    });
  }
  const context: PluginContext = {
    baseFolder: scope.settings.baseFolder,
    seed: scope.seed,
    get: (kind) => scope.get(kind),
  };
  const augmentation = (await plugin.register(checked.value as never, context)) as Augmentation;
  return disturbanceBy({ id, augmentation }, side, scope.seed);
}
