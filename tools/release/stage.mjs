/**
 * Lays out under dist/ what is published of each package: what its package.json lists under `files`, its changelog and
 * the licence, without what only this repository needs. Build first.
 */
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The condition under which the packages of this repository read each other's sources. */
const sourceCondition = '@foveate/source';

/** Fields that mean something here only. `files` is one: all that lies in the folder is published. */
const ownFields = ['devDependencies', 'files', 'nx'];

const withoutSource = (value) =>
  typeof value !== 'object' || value === null
    ? value
    : Object.fromEntries(
        Object.entries(value).flatMap(([key, inner]) => (key === sourceCondition ? [] : [[key, withoutSource(inner)]])),
      );

/** The package.json as it is published. */
function published(manifest) {
  const kept = Object.entries(manifest).filter(([field]) => !ownFields.includes(field));
  return Object.fromEntries(kept.map(([field, value]) => [field, field === 'exports' ? withoutSource(value) : value]));
}

/** Notes of the compiler to itself, and maps from declarations to sources, which are not published. */
const leftOut = /\.tsbuildinfo$|\.d\.ts\.map$/;

/** @returns {string} the folder, relative to the repository, that holds what is published of the package */
export function stage(root, { location, manifest }) {
  const folder = join('dist', location);
  const to = join(root, folder);
  rmSync(to, { recursive: true, force: true });
  for (const entry of [...manifest.files.filter((file) => !file.startsWith('!')), 'CHANGELOG.md']) {
    const from = join(root, location, entry);
    if (existsSync(from)) cpSync(from, join(to, entry), { recursive: true, filter: (path) => !leftOut.test(path) });
  }
  cpSync(join(root, 'LICENSE'), join(to, 'LICENSE'));
  for (const name of readdirSync(to, { recursive: true }).filter((path) => path.endsWith('.d.ts'))) {
    const text = readFileSync(join(to, name), 'utf8');
    writeFileSync(join(to, name), text.replace(/\n\/\/# sourceMappingURL=\S+\s*$/, '\n'));
  }
  writeFileSync(join(to, 'package.json'), `${JSON.stringify(published(manifest), null, 2)}\n`);
  return folder;
}
