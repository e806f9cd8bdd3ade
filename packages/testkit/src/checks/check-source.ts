import { isAbsolute } from 'node:path';
import {
  splitNames,
  type Plugin,
  type Sample,
  type SampleImages,
  type SampleSource,
  type Skip,
  type SourceItem,
  messageOf,
} from '@foveate/contracts';
import { rasterFault } from './pictures.js';
import { broken, builtAndDescribed, same, type CheckSetting } from './broken.js';
import { buildPlugin } from '../build-plugin.js';

/** Settings of {@link checkSource}. */
export interface SourceSetting extends CheckSetting {
  /** How many samples are decoded; 8 when left out. */
  readonly decoded?: number;
}

/**
 * Checks a source on a data set that its options name: the same samples at every scan, ids that fit every platform, plain
 * data that another thread can decode from, images and masks that fit together, and skips with a reason.
 * @throws FoveateError `PLUGIN_INVALID` naming what is broken
 */
export async function checkSource(plugin: Plugin<'source'>, setting: SourceSetting = {}): Promise<void> {
  const source = await builtAndDescribed(plugin, setting);
  const items = await scanned(plugin, source);
  if (!same(await scanned(plugin, source), items))
    throw broken(plugin, 'A second scan gives other samples or another order');
  const samples = items.flatMap((item) => ('sample' in item ? [item.sample] : []));
  if (samples.length === 0) throw broken(plugin, 'It finds no sample');
  const seen = new Set<string>();
  for (const sample of samples) {
    if (seen.has(sample.id)) throw broken(plugin, 'Two samples have the same id', { got: sample.id });
    seen.add(sample.id);
    checkSample(plugin, sample);
  }
  for (const item of items) if ('skip' in item) checkSkip(plugin, item.skip);
  // Another thread has a source of its own, which has scanned nothing.
  const elsewhere = await buildPlugin(plugin, setting.options, setting);
  const { decoded = 8 } = setting;
  for (const sample of samples.slice(0, decoded)) {
    const images = await loaded(plugin, source, sample);
    checkImages(plugin, sample, images);
    const again = await loaded(plugin, elsewhere, structuredClone(sample));
    if (!same(again, images)) throw broken(plugin, `Another thread decodes '${sample.id}' differently`);
  }
}

async function scanned(plugin: Plugin, source: SampleSource): Promise<readonly SourceItem[]> {
  const items: SourceItem[] = [];
  try {
    for await (const item of source.scan()) items.push(item);
  } catch (error) {
    throw broken(plugin, `Its scan throws: ${messageOf(error)}`);
  }
  return items;
}

async function loaded(plugin: Plugin, source: SampleSource, sample: Sample): Promise<SampleImages> {
  try {
    return await source.load(sample);
  } catch (error) {
    throw broken(plugin, `It cannot decode '${sample.id}': ${messageOf(error)}`);
  }
}

function checkSample(plugin: Plugin, sample: Sample): void {
  const { id, split, files = [] } = sample;
  if (id === '' || id.includes('\\') || isAbsolute(id))
    throw broken(plugin, 'An id is not the same on every platform: relative, with / between folders', { got: id });
  if (!isPlain(sample)) throw broken(plugin, `Sample '${id}' is not plain data that can be sent to a thread`);
  if (split !== undefined && !splitNames.includes(split))
    throw broken(plugin, `Sample '${id}' has an unknown split`, { expected: splitNames, got: split });
  const relative = files.find((file) => !isAbsolute(file));
  if (relative !== undefined)
    throw broken(plugin, `A file of sample '${id}' is not an absolute path`, { got: relative });
}

function isPlain(sample: Sample): boolean {
  try {
    return same(structuredClone(sample), sample);
  } catch {
    return false;
  }
}

function checkSkip(plugin: Plugin, { path, reason, message }: Skip): void {
  if (path === '' || message === '') throw broken(plugin, 'A skip lacks its path or its message', { got: path });
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(reason))
    throw broken(plugin, 'The reason of a skip is not a short stable name', {
      expected: 'such as mask-missing',
      got: reason,
    });
}

function checkImages(plugin: Plugin, { id, defectTypes }: Sample, { image, defects, aoi }: SampleImages): void {
  const fault = (name: string, text: string | undefined) =>
    text === undefined ? undefined : broken(plugin, `The ${name} of '${id}' ${text}`);
  const first =
    fault('image', rasterFault(image, image, 3)) ??
    defects
      .map(({ type, mask }) => fault(`mask of '${type}'`, rasterFault(mask, image, 1)))
      .find((error) => error !== undefined) ??
    (aoi === undefined ? undefined : fault('area of interest', rasterFault(aoi, image, 1)));
  if (first !== undefined) throw first;
  const foreign = defects.find(({ type }) => !defectTypes.includes(type));
  if (foreign !== undefined)
    throw broken(plugin, `A mask of '${id}' is of a type that the sample does not name`, {
      expected: defectTypes,
      got: foreign.type,
    });
}
