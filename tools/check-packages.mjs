/**
 * Releases every package that is published to a registry on this machine, from a copy of the repository, and looks at what
 * a stranger would get: what the tarballs hold, what publint and arethetypeswrong say, and whether all of them, installed
 * into an empty project without any setting on a machine that reaches the registry and nothing else, can be imported and
 * run, with plugins of a third party too. Then two packages are changed and released again: nobody else but who must
 * follow may get a new version. Build first.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from './packages/inspect.mjs';
import { Project } from './packages/project.mjs';
import { Registry } from './packages/registry.mjs';
import { Rehearsal } from './packages/rehearsal.mjs';
import { problems } from './packages/run.mjs';
import { publishedPackages } from './release/manifests.mjs';

const folder = await mkdtemp(join(tmpdir(), 'foveate-pack-'));
const registry = new Registry();

/** Says how long a step took. */
async function step(name, work) {
  const start = performance.now();
  const result = await work();
  console.log(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
  return result;
}

async function useAll(project, manifests, npmrc) {
  const names = manifests.map(({ name }) => name);
  if (!(await step('installed', () => project.create(npmrc, names)))) return;
  await step('imported', () => project.importAll(manifests));
  await step('command tried', () => project.tryCommand(manifests));
  await step('engines tried', () => project.tryEngines());
  await step('plugins of a third party tried', () => project.tryThirdParty());
}

async function releaseAgain(rehearsal, project) {
  const expected = rehearsal.expected().sort();
  const released = (await step('released again', () => rehearsal.releaseChange())).sort();
  if (String(released) !== String(expected))
    problems.push(`released were ${released.join(', ')}, not ${expected.join(', ')}`);
  await step('updated', () => project.update([...rehearsal.versions().keys()]));
  const installed = await project.versions();
  for (const [name, version] of rehearsal.versions()) {
    const all = registry.versions(name).map((one) => one.version);
    if (all.at(-1) !== version || all.length !== (expected.includes(name) ? 2 : 1))
      problems.push(`published of ${name} were ${all.join(', ')}; it is at ${version}`);
    if (installed.get(name) !== version)
      problems.push(`installed of ${name} is ${installed.get(name)}, not ${version}`);
  }
  await project.tryCommand(rehearsal.packages().map(({ manifest }) => manifest));
}

try {
  const npmrc = await registry.open('@foveate');
  const rehearsal = new Rehearsal(join(folder, 'repository'));
  await step('copied', () => rehearsal.prepare(npmrc));
  await step('released', () => rehearsal.publishAll());
  const owns = publishedPackages('.');
  const published = owns.map((own) => ({ own, last: registry.versions(own.manifest.name).at(-1) }));
  for (const { own, last } of published)
    if (last === undefined) problems.push(`${own.manifest.name} was not published`);
  const there = published.filter(({ last }) => last !== undefined);
  await step('inspected', async () => {
    const waiting = [...there];
    const worker = async () => {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift())
        await inspect(one.last, one.own, folder);
    };
    await Promise.all(Array.from({ length: availableParallelism() }, worker));
  });
  const project = new Project(join(folder, 'project'));
  await useAll(
    project,
    there.map(({ last }) => last.manifest),
    npmrc,
  );
  await releaseAgain(rehearsal, project);
  for (const problem of problems) console.error(`FAILED ${problem}`);
  console.log(`${there.length} packages released, ${problems.length} problems.`);
} finally {
  registry.close();
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = problems.length === 0 ? 0 : 1;
