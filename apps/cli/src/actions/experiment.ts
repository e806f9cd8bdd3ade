/** What `foveate experiment` does. */
import { join, resolve } from 'node:path';
import { availableParallelism } from 'node:os';
import { readExperiment, runExperiment, type ReadExperiment } from '@foveate/experiments';
import { armTable, findings } from '@foveate/report';
import { requireOwnPage } from '../own-page.js';
import { defaultRunner } from '../runner.js';
import { ExperimentView } from '../terminal/experiment-view.js';
import { interruptible } from '../terminal/interrupt.js';
import { printTable } from '../terminal/table.js';
import { printFact } from '../terminal/fact.js';
import { note, print, printJson } from '../terminal/terminal.js';
import { processWorkers } from './own-process.js';

/** Options of `experiment` and `reproduce`. */
export interface ExperimentFlags {
  readonly out?: string;
  readonly jobs?: number;
  readonly set: readonly string[];
  readonly overwrite?: boolean;
  readonly reportOnly?: boolean;
  readonly json?: boolean;
}

/** Sentences on the terminal; the page has all. */
const mostSentences = 12;

/** Runs the experiment of a file, or what is missing of it. */
export async function experiment(file: string, flags: ExperimentFlags): Promise<void> {
  await experimentShown(await readExperiment(file), flags);
}

/** Runs an experiment and shows what came out of it; the exit code is 1 when runs failed. */
export async function experimentShown(read: ReadExperiment, flags: ExperimentFlags): Promise<void> {
  const { arms, data, models, seeds } = read.value;
  const folder = flags.out ?? join('experiments', read.name);
  await requireOwnPage(join(folder, 'report.html'), '--out');
  const total = [arms, data, models].reduce((product, axis) => product * Object.keys(axis).length, seeds.length);
  const view = new ExperimentView(total);
  const outcome = await interruptible(async (signal) => {
    try {
      return await runExperiment(read, defaultRunner(), {
        folder,
        workers: processWorkers,
        jobs: flags.jobs ?? defaultJobs(read),
        overrides: flags.set,
        overwrite: flags.overwrite ?? false,
        reportOnly: flags.reportOnly ?? false,
        tell: (report) => view.show(report),
        signal,
      });
    } catch (error) {
      if (signal.aborted) note('Run the same command again to go on.');
      throw error;
    } finally {
      view.clear();
    }
  });
  if (outcome.failed.length > 0) process.exitCode = 1;
  const { result, files } = outcome;
  if (flags.json === true) {
    printJson({ ...result, files }, 2);
    return;
  }
  const [first] = result.measures;
  if (first !== undefined) {
    const { caption, corner, columns, rows } = armTable(first, result);
    print(`\n${caption}`);
    printTable([corner, ...columns], rows);
  }
  const sentences = findings(result);
  print();
  for (const sentence of sentences.slice(0, mostSentences)) print(sentence);
  if (sentences.length > mostSentences) print(`… and ${String(sentences.length - mostSentences)} more on the page.`);
  if (result.missing.length > 0)
    note(`\nMissing: ${String(result.missing.length)} of ${String(total)} runs; the page names them.`);
  printFact('\nPage', resolve(files[0] ?? folder));
}

/** As many runs at a time as processors allow, where the configuration says how many threads each has. */
function defaultJobs({ value: { config } }: ReadExperiment): number {
  const engine = typeof config === 'string' ? undefined : config['engine'];
  const threads =
    typeof engine === 'object' && engine !== null ? (engine as { readonly threads?: unknown }).threads : undefined;
  return typeof threads === 'number' && threads >= 1 ? Math.max(1, Math.floor(availableParallelism() / threads)) : 1;
}
