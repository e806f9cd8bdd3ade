/**
 * Measures the engines, beside PyTorch where there is one, and the way of images into batches. `npm run bench -- --help`
 * says how.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { measureData } from './bench/data.mjs';
import { findTorch, measure, spread } from './bench/measure.mjs';
import { works } from './bench/works.mjs';

const help = `npm run bench -- [options]

--quick         images of 112 x 112 instead of 224 x 224, 3 rounds
--only TEXT     only works whose name contains TEXT
--rounds N      turns of each side (default 7)
--threads N     threads of each side (default: the processors)
--data FOLDER   the magnetic-tile images, for the works on data (default: ../shared/data/magnetic-tile)
--workers N     workers of the works on data (default 2)
--json FILE     also write all figures to FILE
`;

const milliseconds = (value) => (value < 100 ? value.toPrecision(3) : value.toFixed(0));
const mebibytes = (value) => (value / 2 ** 20).toFixed(0);
const table = (rows) => {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

function machine(threads) {
  const [{ model = 'unknown processor' } = {}] = cpus();
  return {
    processor: `${model.trim()}, ${availableParallelism()} processors`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform}-${process.arch}`,
    node: process.versions.node,
    threads,
  };
}

/** Ratio of a side to the last one, round by round. */
function ratios(work, results, name) {
  const reference = results[work.sides.at(-1)];
  if (reference?.ms === undefined || name === work.sides.at(-1)) return undefined;
  return spread(results[name].ms.map((ms, round) => ms / reference.ms[round]));
}

function report(work, results) {
  const rows = [['', 'ms a step', 'min', 'max', 'first step', 'trace + session', 'peak MiB', 'ratio', 'min', 'max']];
  for (const name of work.sides) {
    const result = results[name];
    if (result.missing !== undefined) {
      rows.push([name, `not measured: ${result.missing}`, '', '', '', '', '', '', '', '']);
      continue;
    }
    const { min, median, max } = spread(result.ms);
    const ratio = ratios(work, results, name);
    rows.push([
      name,
      ...[median, min, max, result.firstMs].map(milliseconds),
      result.setupMs > 0 ? milliseconds(result.setupMs) : '–',
      mebibytes(result.maxRss),
      ...(ratio === undefined ? ['', '', ''] : [ratio.median, ratio.min, ratio.max].map((value) => value.toFixed(2))),
    ]);
  }
  console.log(`\n${work.id}: batch ${work.batch}, ${work.size} x ${work.size}\n${table(rows)}`);
  const figures = work.sides.flatMap((name) => (results[name].figure === undefined ? [] : [results[name].figure]));
  const { min, max } = spread(figures);
  if (max - min > 1e-3 * (1 + Math.abs(max))) console.log(`THE SIDES DO NOT AGREE: ${figures.join(', ')}`);
}

async function main() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      rounds: { type: 'string' },
      threads: { type: 'string', default: String(availableParallelism()) },
      data: { type: 'string', default: '../shared/data/magnetic-tile' },
      workers: { type: 'string', default: '2' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(help);
  const threads = Number(values.threads);
  const rounds = Number(values.rounds ?? (values.quick ? 3 : 7));
  const torch = findTorch();
  const here = machine(threads);
  console.log(
    Object.entries(here)
      .map(([name, value]) => `${name}: ${value}`)
      .join(', '),
  );
  console.log(
    torch === undefined
      ? 'No python3 with torch and torchvision: the engines are measured alone.'
      : `PyTorch: ${torch}`,
  );
  const measured = [];
  const versions = new Set();
  for (const work of works(values.quick).filter(({ id }) => id.includes(values.only))) {
    const results = await measure(work, { rounds, threads, torch });
    report(work, results);
    for (const { describe } of Object.values(results)) if (describe !== undefined) versions.add(describe);
    measured.push({ ...work, results });
  }
  const { only, quick } = values;
  const data = await measureData({ only, quick, workers: Number(values.workers), folder: resolve(values.data) });
  console.log(`\n${[...versions].join('\n')}`);
  if (values.json === undefined) return;
  const content = {
    date: new Date().toISOString(),
    machine: here,
    versions: [...versions],
    rounds,
    works: measured,
    data,
  };
  writeFileSync(values.json, `${JSON.stringify(content, null, 2)}\n`);
}

if (process.argv[2] === 'side') {
  const { engineSide } = await import('./bench/engine-side.mjs');
  const [work, side, threads, folder] = process.argv.slice(3);
  await engineSide(JSON.parse(work), side, Number(threads), folder);
} else {
  await main();
}
