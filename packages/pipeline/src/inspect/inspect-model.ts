/** The model of a configuration, described. */
import { classNames } from '@foveate/contracts';
import type { ModelCard } from '@foveate/contracts';
import { buildServices } from '@foveate/assembly';
import type { Registry, RunConfig } from '@foveate/assembly';
import { describeModel } from '@foveate/stages';
import type { ModelDescription } from '@foveate/stages';

/** A model and what its author says of it. */
export interface InspectedModel {
  readonly id: string;
  /** Height and width of the input. */
  readonly size: readonly [number, number];
  readonly classes: number;
  /** null where the plugin has none. */
  readonly card: ModelCard | null;
  readonly description: ModelDescription;
}

/**
 * Builds and describes the model that a configuration chose, at its input size. Reads no data and runs nothing.
 * @throws FoveateError whatever the model's plugin says
 */
export async function inspectModel(
  config: RunConfig,
  registry: Registry,
  classes: number = classNames.length,
): Promise<InspectedModel> {
  const { size } = config.data;
  const factory = await (await buildServices(config, registry)).get('model');
  const built = factory.build({ height: size[0], width: size[1], classes });
  return { id: config.model.id, size, classes, card: factory.card ?? null, description: describeModel(built) };
}
