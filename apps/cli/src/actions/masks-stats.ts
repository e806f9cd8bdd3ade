/** What `foveate masks stats` does. */
import { fail } from '@foveate/contracts';
import { agreement, coverage, openMaskStore, scanImages } from '@foveate/mask-store';
import type { Agreement, MaskEntry, MaskStore, ScannedImage } from '@foveate/mask-store';
import { CountBar } from '../terminal/count-bar.js';
import { printFact } from '../terminal/fact.js';
import { fixed, percent } from '../terminal/format.js';
import { printTable } from '../terminal/table.js';
import { print, printJson } from '../terminal/terminal.js';
import { grouped } from './masks-shared.js';

/** Options of `masks stats`. */
export interface StatsOptions {
  readonly missing?: boolean;
  readonly between?: string;
  readonly tolerance: number;
  readonly json?: boolean;
}

/** Counts masks of each kind and name, and the images without. */
export async function stats(folder: string, { missing, between, tolerance, json }: StatsOptions): Promise<void> {
  const store = await openMaskStore(folder);
  const authors = between === undefined ? undefined : twoOf(between);
  const files = await scanned(store);
  const names = [...grouped(store.entries(), ({ kind, name }) => `${kind} ${name}`).values()].sort(byName);
  const counts = names.map((entries) => {
    const { kind, name } = entries[0] as MaskEntry;
    const count = (isOne: (entry: MaskEntry) => boolean) => entries.filter(isOne).length;
    const status = (one: string) => count((entry) => entry.status === one);
    const sources = Object.fromEntries(
      [...grouped(entries, ({ provenance }) => provenance.source)].map(([source, of]) => [source, of.length]),
    );
    const counted = { accepted: status('accepted'), proposed: status('proposed'), rejected: status('rejected') };
    return { kind, name, ...counted, sources, coverage: coverage(store, files, { kind, name }) };
  });
  const compared = authors === undefined ? undefined : await agreement(store, authors, { tolerance });
  const images = new Set(files.map(({ hash }) => hash)).size;
  if (json === true) {
    printJson({ images, masks: counts, ...(compared === undefined ? {} : { agreement: compared }) }, 2);
    return;
  }
  printFact('Images', `${images.toLocaleString('en-US')} below ${store.imageRoot}`);
  if (counts.length === 0) printFact('Masks', 'none yet');
  else {
    print();
    printTable(
      ['kind', 'name', 'accepted', 'proposed', 'rejected', 'sources', 'images covered'],
      counts.map(({ kind, name, accepted, proposed, rejected, sources, coverage: { covered } }) => [
        kind,
        name,
        ...[accepted, proposed, rejected].map(String),
        Object.entries(sources).map(([source, of]) => `${String(of)} ${source}`).join(', '), // prettier-ignore
        `${String(covered)} of ${String(images)} (${percent(images === 0 ? undefined : covered / images)})`,
      ]),
    );
  }
  if (missing === true) for (const { kind, name, coverage: { missing: paths } } of counts) showMissing(`${kind} '${name}'`, paths); // prettier-ignore
  if (compared !== undefined && authors !== undefined) showAgreement(authors, compared, tolerance);
}

function byName([a]: readonly MaskEntry[], [b]: readonly MaskEntry[]): number {
  const [one, other] = [a, b].map((entry) => `${entry?.kind ?? ''} ${entry?.name ?? ''}`);
  return (one ?? '') < (other ?? '') ? -1 : 1;
}

function twoOf(text: string): readonly [string, string] {
  const [first, second, ...others] = text.split(',').map((name) => name.trim());
  if (first !== undefined && first !== '' && second !== undefined && second !== '' && others.length === 0) return [first, second]; // prettier-ignore
  throw fail({ code: 'CONFIG_INVALID', what: '--between takes two authors', expected: 'anna,ben', got: text });
}

function showMissing(what: string, paths: readonly string[]): void {
  if (paths.length === 0) return;
  print(`\nWithout an accepted mask of ${what}`);
  for (const path of paths) print(`  ${path}`);
}

function showAgreement(authors: readonly [string, string], found: Agreement, tolerance: number): void {
  const { compared, onlyFirst, onlySecond, mean } = found;
  const [first, second] = authors;
  print();
  const only = `${String(onlyFirst)} of ${first} alone, ${String(onlySecond)} of ${second} alone`;
  printFact('Agreement', `${String(compared.length)} masks of both ${first} and ${second}; ${only}`);
  if (mean === null) return;
  const within = `boundaries within ${String(tolerance)} pixels ${fixed(mean.boundary)}`;
  printFact('', `mean IoU ${fixed(mean.iou)}, Dice ${fixed(mean.dice)}, F-score of ${within}`);
}

async function scanned(store: MaskStore): Promise<readonly ScannedImage[]> {
  const bar = new CountBar();
  const onProgress = (done: number, total: number) => {
    bar.show('images read', done, total);
  };
  try {
    const files: ScannedImage[] = [];
    const scan = scanImages(store.imageRoot, { ignore: store.ignore, except: [store.folder], onProgress });
    for await (const file of scan) files.push(file);
    return files;
  } finally {
    bar.clear();
  }
}
