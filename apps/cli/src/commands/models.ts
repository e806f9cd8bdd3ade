/** `foveate models` */
import { isFoveateError } from '@foveate/contracts';
import type { InspectedModel } from '@foveate/pipeline';
import type { Command } from 'commander';
import { defaultRunner } from '../runner.js';
import { printTable } from '../terminal/table.js';
import { note, print, printJson } from '../terminal/terminal.js';
import { collect, integer } from './options.js';

interface ModelsOptions {
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

async function list(options: ModelsOptions): Promise<void> {
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

async function show(id: string, options: ModelsOptions & { readonly set: readonly string[] }): Promise<void> {
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

/** Adds the command. */
export function addModels(program: Command): void {
  const models = program.command('models').description('what networks there are and what they cost');
  const common = (command: Command): Command =>
    command
      .option('--size <pixels>', 'height and width of the images', integer(16), 224)
      .option('--classes <n>', 'number of classes', integer(1), 2)
      .option('--json', 'print one JSON document');
  common(models.command('list').description('list the models with parameters and multiply-adds')).action(list);
  common(models.command('show <id>').description('show the layers of a model'))
    .option('--set <key=value>', 'change the configuration, for example model.width=0.5', collect, [])
    .addHelpText(
      'after',
      '\nExamples:\n  foveate models show efficientnet-b0 --classes 1000\n  foveate models show mobilenet-v2 --set model.width=0.5',
    )
    .action(show);
}
