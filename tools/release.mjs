/**
 * Prepares a release of what the version plans name, and of the packages that must follow: gives versions, writes changelogs,
 * commits, tags, and lays out under dist/ what is published. Build first; `npx nx release publish` then publishes it.
 * `--dry-run` only says what would become of versions and changelogs.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bumpsOf, followers, merged } from './release/followers.mjs';
import { publishedPackages } from './release/manifests.mjs';
import { stage } from './release/stage.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const plans = join(root, '.nx/version-plans');
const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } });

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

function planFollowers() {
  const files = existsSync(plans) ? readdirSync(plans).filter((name) => name.endsWith('.md')) : [];
  if (files.length === 0) throw new Error('There is no version plan: npx nx release plan');
  const bumps = merged(files.map((name) => bumpsOf(readFileSync(join(plans, name), 'utf8'), name)));
  const names = followers(
    publishedPackages(root).map(({ manifest }) => manifest),
    bumps,
  );
  if (names.length === 0) return;
  console.log(`Must follow: ${names.join(', ')}`);
  if (values['dry-run']) return;
  const lines = names.map((name) => `'${name}': patch`);
  mkdirSync(plans, { recursive: true });
  writeFileSync(
    join(plans, 'followers.md'),
    `---\n${lines.join('\n')}\n---\n\nAsks for the new versions of the packages it depends on.\n`,
  );
}

planFollowers();
if (values['dry-run']) run('npx', '--no-install', 'nx', 'release', '--skip-publish', '--dry-run');
else {
  run('npx', '--no-install', 'nx', 'release', '--skip-publish');
  for (const one of publishedPackages(root)) stage(root, one);
}
