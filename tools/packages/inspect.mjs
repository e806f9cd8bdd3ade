/** What a tarball holds, and what publint and arethetypeswrong say of it. */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { problems, run } from './run.mjs';

/** What is wrong with the files of a package. */
function* faultyFiles(paths, tracked) {
  for (const path of ['README.md', 'LICENSE', 'CHANGELOG.md', 'dist/index.js', 'dist/index.d.ts']) {
    if (!paths.includes(path)) yield `holds no ${path}`;
  }
  for (const path of paths) {
    if (/\.spec\.|\.tsbuildinfo$|\/testing\/|^src\//.test(path)) yield `holds ${path}`;
    const source = path.replace(/^dist\//, 'src/').replace(/(\.d)?\.[jt]s(\.map)?$/, '.ts');
    if (path.startsWith('dist/') && !tracked.has(source)) yield `holds ${path}, whose source is gone`;
  }
}

/** What is wrong with a package.json; `own` is that of the repository. */
function* faultyManifest(manifest, own, location) {
  for (const field of ['devDependencies', 'nx']) if (field in manifest) yield `has ${field} in its package.json`;
  if (JSON.stringify(manifest.exports).includes('@foveate/source')) yield 'exports its sources';
  if (!(manifest.keywords?.length > 0)) yield 'has no keywords';
  if (manifest.repository?.directory !== location) yield `does not say that it comes from ${location}`;
  for (const field of ['dependencies', 'peerDependencies', 'optionalDependencies']) {
    for (const [dependency, range] of Object.entries(manifest[field] ?? {})) {
      if (/^(workspace|file|link):/.test(range)) yield `depends on ${dependency} at ${range}`;
      if (dependency.startsWith('@foveate/') && !range.startsWith('^')) yield `takes only ${range} of ${dependency}`;
    }
  }
  if (manifest.name !== own.name) yield `is called ${manifest.name} inside`;
}

/** Where a map leads that a file names, and what it does not have. */
async function* faultyMaps(folder, paths) {
  for (const path of paths.filter((name) => /\.(js|mjs|d\.ts)$/.test(name))) {
    const [, map] = /^\/\/# sourceMappingURL=(\S+)\s*$/m.exec(await readFile(join(folder, path), 'utf8')) ?? [];
    if (map === undefined) continue;
    const at = posix.join(dirname(path), map);
    if (!paths.includes(at)) yield `holds ${path}, whose map is not there`;
    else {
      const { sources, sourcesContent = [] } = JSON.parse(await readFile(join(folder, at), 'utf8'));
      if (sources.some((_, index) => typeof sourcesContent[index] !== 'string')) yield `holds ${at} without its source`;
    }
  }
}

/**
 * Unpacks a tarball and looks at it; what is wrong becomes a problem.
 * @param {import('./registry.mjs').Published} published
 * @param {import('../release/manifests.mjs').Package} own the package as the repository has it
 * @param folder to work in
 */
export async function inspect({ name, tarball }, own, folder) {
  const file = join(folder, `${name.replace(/.*\//, '')}.tgz`);
  const inside = file.replace('.tgz', '');
  await mkdir(inside);
  await writeFile(file, tarball);
  await run('tar', ['-xzf', file, '-C', inside, '--strip-components=1']);
  const manifest = JSON.parse(await readFile(join(inside, 'package.json'), 'utf8'));
  const entries = await readdir(inside, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(inside.length + 1));
  const tracked = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: own.location });
  const faults = [
    ...faultyFiles(paths, new Set(tracked?.split('\n'))),
    ...faultyManifest(manifest, own.manifest, own.location),
  ];
  for await (const fault of faultyMaps(inside, paths)) faults.push(fault);
  problems.push(...faults.map((fault) => `${name} ${fault}`));
  const { messages } = await publint({ pkgDir: inside, pack: false, strict: true });
  for (const message of messages) problems.push(`${name}: ${formatMessage(message, manifest)}`);
  await run('node_modules/.bin/attw', [file, '--profile', 'esm-only', '--format', 'ascii']);
}
