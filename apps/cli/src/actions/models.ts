/** What `foveate models` does. */
import { isFoveateError } from '@foveate/contracts';
import type { InspectedModel } from '@foveate/pipeline';
import { defaultRunner } from '../runner.js';
import { printTable } from '../terminal/table.js';
import { note, print, printJson } from '../terminal/terminal.js';

/** Options of all commands on models. */
export interface ModelsOptions {
  readonly size: number;
  readonly classes: number;
  readonly json?: boolean;
}

const count = (value: number): string => value.toLocaleString('en-US');

const giga = (value: number): string => (value / 1e9).toFixed(3);

const shape = (sizes: readonly number[]): string => sizes.join('x');

async function inspect(
  id: string,
  { size, classes }: ModelsOptions,
  overrides: readonly string[] = [],
): Promise<InspectedModel> {
  const runner = defaultRunner();
  const config = await runner.makeConfig({ model: id, data: { size } }, process.cwd(), overrides);
  return runner.inspectModel(config, classes);
}

/** Lists the models with what they cost. */
export async function list(options: ModelsOptions): Promise<void> {
  const models: (InspectedModel & { readonly summary: string })[] = [];
  for (const { meta } of defaultRunner().registry.list('model')) {
    try {
      models.push({ ...(await inspect(meta.id, options)), summary: meta.summary });
    } catch (error) {
      // A model that comes from a file has no figures before the file is named.
      if (!isFoveateError(error) || error.code !== 'CONFIG_INVALID') throw error;
      note(`${meta.id}: ${meta.summary}`);
    }
  }
  if (options.json === true) {
    const row = ({ description: { layers, ...totals }, ...model }: (typeof models)[number]) => ({
      ...model,
      description: { ...totals, layers: layers.length },
    });
    printJson(models.map(row), 2);
    return;
  }
  printTable(
    ['id', 'parameters', 'giga multiply-adds', 'feature map', 'Grad-CAM layer', 'weights'],
    models.map(({ id, card, description }) => [
      id,
      count(description.parameters),
      giga(description.multiplyAdds),
      shape(description.featureMap),
      card?.featureLayer ?? '–',
      card?.weights.join(', ') || '–',
    ]),
  );
  print(`\nFor images of ${shape([options.size, options.size])} and ${count(options.classes)} classes.`);
}

/** Options of `models show`. */
export interface ShowOptions extends ModelsOptions {
  readonly set: readonly string[];
}

/** Shows the layers of a model. */
export async function show(id: string, options: ShowOptions): Promise<void> {
  const model = await inspect(id, options, options.set);
  if (options.json === true) {
    printJson(model, 2);
    return;
  }
  const { card, classes, description } = model;
  printTable(
    ['layer', 'kind', 'output', 'parameters', 'multiply-adds'],
    description.layers.map(({ name, kind, outputShape, parameters, multiplyAdds }) => [
      name,
      kind,
      shape(outputShape),
      count(parameters),
      multiplyAdds === 0 ? '–' : count(multiplyAdds),
    ]),
  );
  print();
  printTable(
    [model.id, ''],
    [
      ['input', `${shape(model.size)}x3, sRGB in [0, 1]${card === null ? '' : `; inside: ${card.normalisation}`}`],
      ['classes', count(classes)],
      ['parameters', `${count(description.parameters)}, and ${count(description.statistics)} statistics of batch norm`],
      ['giga multiply-adds', `${giga(description.multiplyAdds)} per image; publications call this FLOPS`],
      ['feature map', `${shape(description.featureMap)}${card === null ? '' : `, of ${card.featureLayer}`}`],
      ['weights', card?.weights.join(', ') || 'none known'],
      ...(card === null ? [] : [['reference', card.reference]]),
    ],
  );
}
