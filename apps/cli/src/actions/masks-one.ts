/** What `foveate masks history` and `foveate masks revert` do to the masks of one image. */
import { posix } from 'node:path';
import { fail, nearestNames } from '@foveate/contracts';
import { openMaskStore } from '@foveate/mask-store';
import type { MaskEntry, MaskKind, MaskStore } from '@foveate/mask-store';
import { printFact } from '../terminal/fact.js';
import { none } from '../terminal/format.js';
import { printTable } from '../terminal/table.js';
import { print, printJson } from '../terminal/terminal.js';
import { imageName } from './masks-shared.js';

/** Options that choose masks of one image. */
interface OneOptions {
  readonly kind?: MaskKind;
  readonly name?: string;
}

/** Options of `masks history`. */
export interface HistoryOptions extends OneOptions {
  readonly json?: boolean;
}

/** Lists all revisions of the masks of an image. */
export async function history(folder: string, image: string, { json, ...one }: HistoryOptions): Promise<void> {
  const store = await openMaskStore(folder);
  const revisions = masksOf(store, image, one).flatMap((entry) => store.history(entry));
  if (json === true) {
    printJson(revisions, 2);
    return;
  }
  printFact('Image', imageName(store, revisions[0]?.image ?? ''));
  print();
  printTable(
    ['kind', 'name', 'revision', 'time', 'what', 'status', 'source', 'by', 'inside'],
    revisions.map(({ kind, name, revision, time, change, restores, status, provenance, by, inside }) => [
      kind,
      name,
      String(revision),
      time.replace('T', ' ').slice(0, 19),
      change === 'put' ? 'new pixels' : change === 'status' ? `set to ${status}` : `back to ${String(restores)}`,
      status,
      [provenance.source, provenance.detail].filter((part) => part !== undefined).join(' '),
      (change === 'put' ? provenance.author : by) ?? none,
      inside.toLocaleString('en-US'),
    ]),
  );
}

/** Options of `masks revert`. */
export interface RevertOptions extends OneOptions {
  readonly to: number;
  readonly by?: string;
}

/** Returns to an earlier revision. */
export async function revert(folder: string, image: string, { to, by, ...one }: RevertOptions): Promise<void> {
  const store = await openMaskStore(folder);
  const [entry, another] = masksOf(store, image, one);
  if (entry === undefined || another !== undefined) {
    const all = masksOf(store, image, one).map(({ kind, name }) => `${kind} '${name}'`);
    throw fail({ code: 'CONFIG_INVALID', what: 'The image has several masks', where: image, got: all.join(', '), advice: 'Choose one with --name, or --kind and --name' }); // prettier-ignore
  }
  const { revision, kind, name } = await store.revert(entry, to, by);
  print(
    `${kind} '${name}' of ${imageName(store, entry.image)}: revision ${String(revision)} is revision ${String(to)} again`,
  );
}

/** @throws FoveateError `PATH_MISSING` where there are none, or several images are meant */
function masksOf(store: MaskStore, image: string, one: OneOptions): readonly MaskEntry[] {
  const path = image.replaceAll('\\', '/').replace(/^\.\//, '');
  const isHash = /^[0-9a-f]{6,64}$/.test(image);
  const all = [...store.entries()];
  const byPath = all.filter(({ image: hash }) => store.image(hash)?.path === path);
  const of = byPath.length > 0 || !isHash ? byPath : all.filter(({ image: hash }) => hash.startsWith(image));
  const found = of.filter(
    ({ kind, name }) => (one.kind ?? kind) === kind && (one.name?.normalize('NFC') ?? name) === name,
  );
  if (of.length === 0 && !isHash) throw noImage(store, path, all);
  const hashes = new Set(found.map(({ image: hash }) => hash.slice(0, 12)));
  if (hashes.size === 1) return found;
  throw fail({
    code: 'PATH_MISSING',
    what: found.length === 0 ? 'The image has no such mask' : 'Several images are meant',
    where: image,
    got: found.length === 0 ? (of.map(({ kind, name }) => `${kind} '${name}'`).join(', ') || 'no masks') : [...hashes].join(', '), // prettier-ignore
    advice: found.length === 0 ? `'foveate masks list' has all` : 'Give more of the hash of the one you mean',
  });
}

function noImage(store: MaskStore, path: string, entries: readonly MaskEntry[]) {
  const paths = [...new Set(entries.map(({ image }) => store.image(image)?.path ?? ''))].filter((one) => one !== '');
  const name = posix.basename(path);
  const near = [...paths.filter((one) => posix.basename(one) === name), ...nearestNames(path, paths)].slice(0, 3);
  return fail({
    code: 'PATH_MISSING',
    what: 'No image with masks has this path',
    where: path,
    expected: `a path relative to ${store.imageRoot}`,
    advice: near.length === 0 ? `'foveate masks list' has all` : `Did you mean ${[...new Set(near)].join(' or ')}?`,
  });
}
