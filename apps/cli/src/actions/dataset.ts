/** What `foveate dataset` does. */
import { relative, resolve, sep } from 'node:path';
import { fail } from '@foveate/contracts';
import { writeAtomically } from '@foveate/contracts/node';
import { dataFacts, renderContactSheet } from '@foveate/report';
import type { Inspection } from '@foveate/report';
import { requireOwnPage } from '../own-page.js';
import { defaultRunner } from '../runner.js';
import { follow } from '../terminal/follow.js';
import { printFact } from '../terminal/fact.js';
import { printTable } from '../terminal/table.js';
import { colours, print, printJson } from '../terminal/terminal.js';

/** Options of `dataset inspect`. */
export interface InspectOptions {
  readonly json?: boolean;
  readonly sheet?: string;
  readonly limit: number;
  readonly set: readonly string[];
}

/** Counts the samples of a configuration and lists what a run would leave out. */
export async function inspect(file: string, { json, sheet, limit, set }: InspectOptions): Promise<void> {
  if (sheet !== undefined) await requireOwnPage(sheet, '--sheet');
  const runner = defaultRunner();
  const config = await runner.readConfig(file, set);
  const examples = sheet === undefined ? 0 : limit;
  const { inspection, pictures, copies } = await follow((options) =>
    runner.inspectData(config, { examples, ...options }),
  );
  if (sheet !== undefined) await writeAtomically(sheet, renderContactSheet(inspection, pictures, copies));
  if (json === true) printJson(inspection, 2);
  else {
    show(inspection);
    if (sheet !== undefined) print(`\nSheet       ${sheet}`);
  }
  if (inspection.usable === 0) {
    throw fail({
      code: 'DATA_INSUFFICIENT',
      what: 'No image of the data set can be used',
      where: file,
      got: inspection.problems.map(({ count, reason }) => `${String(count)} ${reason}`).join(', ') || 'no images',
      advice: 'The inspection lists what was left out, with what to do',
    });
  }
}

function show(inspection: Inspection): void {
  const { name, usable, leftOut } = inspection;
  printFact('Data', `${name}: ${String(usable)} ${usable === 1 ? 'image' : 'images'}, ${String(leftOut)} left out`);
  for (const [term, text] of dataFacts(inspection)) printFact(term, text);
  showLock(inspection);
  if (inspection.depth?.warning !== undefined) {
    print(`${'Warning'.padEnd(12)}${colours(process.stdout).yellow(inspection.depth.warning)}`);
  }
  print();
  showClasses(inspection);
  showDuplicates(inspection);
  showProblems(inspection);
}

function showLock({ lock }: Pick<Inspection, 'lock'>): void {
  if (lock === undefined) return;
  if (lock.mismatch === null) printFact('Lock', `as locked in ${lock.file}`);
  else printFact('Lock', lock.mismatch, colours(process.stdout).yellow);
}

function showClasses({ classes, undivided }: Pick<Inspection, 'classes' | 'undivided'>): void {
  printTable(
    ['shows', 'good', 'defective', 'left out', ...(undivided === undefined ? ['train', 'validation', 'test'] : [])],
    classes.map(({ types, good, defective, leftOut, splits }) => [
      types,
      ...[good, defective, leftOut].map(String),
      ...(splits === undefined ? [] : [splits.train, splits.validation, splits.test].map(String)),
    ]),
  );
  if (undivided !== undefined) print(colours(process.stdout).yellow(`\nNot divided ${undivided}`));
}

const clustersShown = 5;

function showDuplicates({ duplicates }: Pick<Inspection, 'duplicates'>): void {
  if (duplicates.length === 0) return;
  const { yellow } = colours(process.stdout);
  print(yellow(`\nDuplicates  ${String(duplicates.length)} groups of images that are or look the same`));
  for (const { ids, similarity, labelsDiffer } of duplicates.slice(0, clustersShown)) {
    const shown = ids.slice(0, 3).join(', ') + (ids.length > 3 ? ` and ${String(ids.length - 3)} more` : '');
    const same = similarity === 1 ? 'same pixels' : `similarity ${similarity.toFixed(2)}`;
    print(`  ${same}: ${shown}${labelsDiffer ? yellow('  with different labels') : ''}`);
  }
  if (duplicates.length > clustersShown) print(`  … and ${String(duplicates.length - clustersShown)} more`);
}

const pathsShown = 3;

function showProblems({ problems }: Pick<Inspection, 'problems'>): void {
  if (problems.length === 0) return;
  print(colours(process.stdout).yellow('\nLeft out'));
  for (const { reason, count, examples } of problems) {
    print(`  ${String(count)} ${reason}`);
    for (const { path, message } of examples.slice(0, pathsShown)) {
      print(`      ${message.includes(path) ? message : `${path}: ${message}`}`);
    }
    if (count > pathsShown) print(`      … and ${String(count - pathsShown)} more`);
  }
}

/** Options of `dataset build`. */
export interface BuildOptions {
  readonly out: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
  readonly set: readonly string[];
}

/** Writes a lock of the data. */
export async function build(file: string, { out, overwrite = false, json, set }: BuildOptions): Promise<void> {
  const runner = defaultRunner();
  const config = await runner.readConfig(file, set);
  const built = await follow((options) => runner.buildLock(config, { file: out, overwrite, ...options }));
  if (json === true) {
    printJson(built, 2);
    return;
  }
  const { samples, leftOut, bytes, counts } = built;
  print(`Locked      ${String(samples)} samples, ${(bytes / 1e6).toFixed(1)} MB of files; ${String(leftOut)} left out`);
  printTable(
    ['split', 'good', 'defective'],
    Object.entries(counts).map(([split, { good, defective }]) => [split, String(good), String(defective)]),
  );
  print(`Lock        ${out}`);
  const key = relative(config.baseFolder, resolve(out)).split(sep).join('/');
  print(`\nTo train on this data and no other, add to the configuration\n  data:\n    lock: ${key}`);
}
