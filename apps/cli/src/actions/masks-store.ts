/** What `foveate masks init` and `foveate masks check` do. */
import { extname } from 'node:path';
import { fail } from '@foveate/contracts';
import { checkStore, createMaskStore, listImages, openMaskStore } from '@foveate/mask-store';
import type { Finding } from '@foveate/mask-store';
import { CountBar } from '../terminal/count-bar.js';
import { printFact } from '../terminal/fact.js';
import { quoted } from '../terminal/quoted.js';
import { colours, note, print, printJson } from '../terminal/terminal.js';
import { counted, grouped } from './masks-shared.js';

/** Options of `masks init`. */
export interface InitOptions {
  readonly images: string;
  readonly ignore: readonly string[];
}

/** Makes a store. */
export async function init(folder: string, { images, ignore }: InitOptions): Promise<void> {
  const store = await createMaskStore(folder, { images, ignore });
  const found = await listImages(store.imageRoot, { ignore, except: [store.folder] });
  printFact('Store', folder);
  printFact('Images', `${found.length.toLocaleString('en-US')} below ${images}`);
  if (found.length === 0) note('There is no image yet: is this the right folder?');
  const [example, ...others] = masksBeside(found);
  if (example === undefined) return;
  const glob = `**/*_mask${extname(example)}`;
  note(
    `${counted(others.length + 1, 'file')} such as ${example} may be masks of images beside them. If so, remove ${quoted(folder)} and make it again with --ignore ${quoted(glob)}`,
  );
}

/** Files that are called like a mask of an image that is there: 017_mask.png beside 017.png. */
function masksBeside(paths: readonly string[]): readonly string[] {
  const stems = new Set(paths.map((path) => path.slice(0, path.length - extname(path).length)));
  return paths.filter((path) => {
    const stem = path.slice(0, path.length - extname(path).length);
    return stem.endsWith('_mask') && stems.has(stem.slice(0, -'_mask'.length));
  });
}

/** Options of `masks check`. */
export interface CheckOptions {
  readonly update?: boolean;
  readonly json?: boolean;
}

/** Checks all of a store. @throws FoveateError `DATA_INVALID` when something is wrong, after it was told */
export async function check(folder: string, { update, json }: CheckOptions): Promise<void> {
  const bar = new CountBar();
  const onProgress = (what: string, done: number, total: number) => {
    bar.show(`${what} read`, done, total);
    if (done === total) bar.clear();
  };
  const found = await checkStore(folder, { onProgress }).finally(() => {
    bar.clear();
  });
  const { transactions, images, masks, revisions, problems, notes, renamed } = found;
  if (update === true && renamed.length > 0) {
    const store = await openMaskStore(folder);
    for (let from = 0; from < renamed.length; from += 1000) await store.see(renamed.slice(from, from + 1000));
  }
  if (json === true) printJson(found, 2);
  else {
    printFact('Journal', `${counted(transactions, 'transaction')}, every line whole`);
    printFact('Masks', `${counted(masks, 'mask')} of ${counted(images, 'image')}, ${counted(revisions, 'revision')}`);
    showFindings('Wrong', problems, colours(process.stdout).red);
    showFindings('Worth knowing', notes, colours(process.stdout).yellow);
    if (update === true && renamed.length > 0) print(`\n${counted(renamed.length, 'new path')} noted`);
    else if (renamed.length > 0) print(`\nTo note the new paths: foveate masks check ${quoted(folder)} --update`);
    if (problems.length === 0) print(colours(process.stdout).green('\nAll is well'));
  }
  if (problems.length === 0) return;
  const reasons = [...grouped(problems, ({ reason }) => reason)].map(([reason, of]) => `${String(of.length)} ${reason}`); // prettier-ignore
  throw fail({
    code: 'DATA_INVALID',
    what: 'The mask store is not in order',
    where: folder,
    got: reasons.join(', '),
    advice: 'Put back copies of files that are missing or changed, or put their masks into the store again',
  });
}

const findingsShown = 10;

function showFindings(title: string, findings: readonly Finding[], colour: (text: string) => string): void {
  if (findings.length === 0) return;
  print(colour(`\n${title}`));
  for (const [reason, of] of grouped(findings, (finding) => finding.reason)) {
    print(`  ${String(of.length)} ${reason}`);
    for (const { where, message } of of.slice(0, findingsShown)) print(`      ${where}: ${message}`);
    if (of.length > findingsShown) print(`      … and ${String(of.length - findingsShown)} more`);
  }
}
