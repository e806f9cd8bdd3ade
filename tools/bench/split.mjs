/**
 * Splits a manifest of many rows with groups: node tools/bench/split.mjs [--rows N] [--splitter ID]. Writes a CSV file, then
 * reads it as a source, labels its rows and divides them, and prints the seconds and the peak of the resident memory. Node
 * takes what memory there is; node --max-old-space-size=480 tools/bench/split.mjs shows that a million rows need less.
 */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { splitNames } from '../../packages/contracts/dist/index.js';
import * as dataset from '../../packages/dataset/dist/index.js';

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, splitter: { type: 'string', default: 'stratified' } },
});
const rows = Number(values.rows);
const plugins = Object.values(dataset).filter((item) => typeof item === 'object' && 'meta' in item);

async function build(kind, id, options) {
  const plugin = plugins.find(({ meta }) => meta.kind === kind && meta.id === id);
  if (plugin === undefined) throw new Error(`There is no ${kind} '${id}'`);
  const result = await plugin.options['~standard'].validate(options);
  if (result.issues) throw new Error(result.issues.map(({ message }) => message).join('; '));
  return plugin.register(result.value, { baseFolder: '.', seed: 1 });
}

/** Lots of 1 to 60 images; every eighth image shows one of six defects, some lots far more than others. */
async function writeManifest(file) {
  const stream = createWriteStream(file);
  stream.write('image,type,group\n');
  for (let row = 0, lot = 0, left = 0, flaws = 8; row < rows; row++, left--) {
    if (left <= 0) {
      lot++;
      left = 1 + ((lot * 7919) % 60);
      flaws = 3 + ((lot * 104729) % 11);
    }
    const type = row % flaws === 0 ? `defect${lot % 6}` : '';
    const line = `2026/line${lot % 4}/lot${lot}/camera${row % 3}/part_${String(row).padStart(8, '0')}.png,${type},lot${lot}\n`;
    if (!stream.write(line)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
}

function imbalance(samples) {
  const strata = new Map();
  for (const { label, defectTypes, split } of samples) {
    const name = `${label} ${defectTypes.join()}`;
    const counts = strata.get(name) ?? strata.set(name, { train: 0, validation: 0, test: 0 }).get(name);
    counts[split]++;
  }
  let worst = 0;
  for (const counts of strata.values()) {
    const total = splitNames.reduce((sum, name) => sum + counts[name], 0);
    for (const [index, share] of [0.7, 0.2, 0.1].entries()) {
      worst = Math.max(worst, Math.abs(counts[splitNames[index]] / (share * total) - 1));
    }
  }
  return worst;
}

const folder = await mkdtemp(join(tmpdir(), 'foveate-bench-'));
try {
  const file = join(folder, 'manifest.csv');
  await writeManifest(file);
  const source = await build('source', 'manifest', { file, requireMasks: false });
  const labeller = await build('labeller', 'aoi', { byGeometry: false });
  const splitter = await build('splitter', values.splitter, {});
  const start = performance.now();
  const before = process.cpuUsage();
  const seconds = () => {
    const { user, system } = process.cpuUsage(before);
    return `${((performance.now() - start) / 1000).toFixed(1)} s (${((user + system) / 1e6).toFixed(1)} s of processors)`;
  };
  const samples = [];
  for await (const item of source.scan()) {
    if ('skip' in item) throw new Error(item.skip.message);
    const { label, reason } = labeller.decide(item.sample);
    samples.push(Object.assign({}, item.sample, { label, reason }));
  }
  console.log(`${samples.length} rows read and labelled after ${seconds()}`);
  const splits = splitter.assign(samples, 1);
  for (const [index, split] of splits.entries()) samples[index] = Object.assign({}, samples[index], { split });
  console.log(`divided by '${values.splitter}' after ${seconds()}`);
  const parts = splitNames.map((name) => `${name} ${samples.filter(({ split }) => split === name).length}`);
  console.log(parts.join(', '));
  if (values.splitter === 'stratified') {
    console.log(`largest deviation of a label and type from its share: ${(100 * imbalance(samples)).toFixed(3)}%`);
  }
  // In KiB on every platform.
  console.log(`peak of resident memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
} finally {
  await rm(folder, { recursive: true });
}
