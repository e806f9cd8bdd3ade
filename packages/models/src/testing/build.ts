/** Models of plugins, for tests. */
import type { Model, Plugin, PluginContext } from '@foveate/contracts';

/** Builds a plugin's model from options as a configuration has them. */
export async function buildModel(
  plugin: Plugin<'model'>,
  options: object = {},
  { size = 32, classes = 2 }: { readonly size?: number; readonly classes?: number } = {},
): Promise<Model> {
  const result = await plugin.options['~standard'].validate(options);
  if (result.issues !== undefined) throw new Error(result.issues.map(({ message }) => message).join());
  const factory = await plugin.register(result.value, {} as PluginContext);
  return factory.build({ height: size, width: size, classes });
}

/** Number of trainable values. */
export function parameters({ variables }: Model): number {
  return variables
    .filter(({ trainable }) => trainable)
    .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
}
