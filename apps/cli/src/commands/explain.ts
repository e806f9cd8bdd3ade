/** `foveate explain` */
import { basename, extname, join } from 'node:path';
import { fail, makeFolder } from '@foveate/contracts';
import type { Verdict } from '@foveate/pipeline';
import { writeOverlay } from '@foveate/pipeline';
import type { Command } from 'commander';
import { defaultRunner } from '../runner.js';
import { interruptible } from '../terminal/interrupt.js';
import { percent } from '../terminal/format.js';
import { colours, print, printJson } from '../terminal/terminal.js';

/** A file name for each image; images of one name in different folders get numbers. */
function overlayNames(files: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return files.map((file) => {
    const name = basename(file, extname(file));
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return `${name}${count === 1 ? '' : `-${String(count)}`}.heatmap.png`;
  });
}

/** Where the network looks, or why that is no figure. */
function whereItLooks({ aoiShare, emptyHeatmap, aoi }: Verdict): string {
  if (emptyHeatmap) return 'empty heatmap, no place speaks for a defect';
  if (aoi === undefined || aoiShare === null) return 'area of interest not known';
  return `${percent(aoiShare)} of the heatmap in the AOI`;
}

function describe(verdict: Verdict, path: string): string {
  const { green, red } = colours(process.stdout);
  const { file, score, defective } = verdict;
  const word = defective ? red('defective') : green('good     ');
  return `${word}  ${percent(score).padStart(6)} defective  ${whereItLooks(verdict)}  ${file}\n           ${path}`;
}

async function explain(
  run: string,
  files: readonly string[],
  { out = join(run, 'explained'), json }: { readonly out?: string; readonly json?: boolean },
): Promise<void> {
  const verdicts = await interruptible((signal) => defaultRunner().explain(run, files, signal));
  await makeFolder(out).catch((cause: unknown) => {
    throw fail({ code: 'OUTPUT_UNWRITABLE', what: 'The output folder cannot be made', where: out, cause });
  });
  const names = overlayNames(files);
  const results = [];
  for (const [index, verdict] of verdicts.entries()) {
    const path = join(out, names[index] ?? '');
    await writeOverlay(path, verdict);
    if (json !== true) print(describe(verdict, path));
    const { file, score, defective, aoiShare, emptyHeatmap, aoi } = verdict;
    results.push({ file, score, defective, aoiShare, aoiKnown: aoi !== undefined, emptyHeatmap, heatmap: path });
  }
  if (json === true) printJson(results, 2);
}

/** Adds the command. */
export function addExplain(program: Command): void {
  program
    .command('explain')
    .description('classify images with a trained run and show where it looks')
    .argument('<run>', 'run folder')
    .argument('<images...>', 'image files')
    .option('-o, --out <folder>', 'folder for the heatmaps (default: explained in the run folder)')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  foveate explain runs/demo/ceod part-1.png part-2.jpg --out heatmaps')
    .action(explain);
}
