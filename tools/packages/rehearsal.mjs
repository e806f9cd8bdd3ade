/** A copy of the repository that is released to a registry of its own. */
import { appendFile, cp, mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { publishedPackages } from '../release/manifests.mjs';
import { stage } from '../release/stage.mjs';
import { run } from './run.mjs';

const plans = '.nx/version-plans';

/** What is changed: of two packages that others depend on, one so that all of them may stay, one so that none can. */
const change = { '@foveate/loss-ce': 'patch', '@foveate/metrics': 'minor' };

export class Rehearsal {
  constructor(folder) {
    this.folder = folder;
  }

  /** Copies what git knows and what was built; the packages of others are those of the repository. */
  async prepare(npmrc) {
    const files = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard']);
    const built = publishedPackages('.').flatMap(({ location, manifest }) =>
      manifest.files.filter((name) => !name.startsWith('!')).map((name) => `${location}/${name}`),
    );
    for (const path of [...(files ?? '').trim().split('\n'), ...built].filter(existsSync)) {
      await mkdir(dirname(join(this.folder, path)), { recursive: true });
      await cp(path, join(this.folder, path), { recursive: true, preserveTimestamps: true });
    }
    await symlink(resolve('node_modules'), join(this.folder, 'node_modules'));
    await this.#git('init', '--quiet');
    await this.#git('config', 'user.name', 'Rehearsal');
    await this.#git('config', 'user.email', 'rehearsal@localhost');
    await this.#git('add', '--all');
    await this.#git('commit', '--quiet', '--message', 'Everything');
    await appendFile(join(this.folder, '.npmrc'), npmrc);
  }

  packages() {
    return publishedPackages(this.folder);
  }

  versions() {
    return new Map(this.packages().map(({ manifest }) => [manifest.name, manifest.version]));
  }

  /** Does what the version plans say, if there are any, and publishes all packages. */
  async publishAll() {
    const pending = existsSync(join(this.folder, plans)) && (await readdir(join(this.folder, plans))).length > 0;
    if (pending) await this.#release();
    else for (const one of this.packages()) stage(this.folder, one);
    await this.#nx('release', 'publish', '--first-release');
  }

  /** Packages that must get a new version with the change: who is changed, and who depends on what breaks. */
  expected() {
    const broken = Object.keys(change).filter((name) => change[name] !== 'patch');
    const dependents = this.packages().filter(({ manifest }) => broken.some((name) => name in manifest.dependencies));
    return [...Object.keys(change), ...dependents.map(({ manifest }) => manifest.name)];
  }

  /** Changes packages, plans and releases them. @returns names of the packages that got a new version */
  async releaseChange() {
    const before = this.versions();
    await mkdir(join(this.folder, plans), { recursive: true });
    for (const [name, bump] of Object.entries(change)) {
      const { location } = this.packages().find(({ manifest }) => manifest.name === name);
      await appendFile(join(this.folder, location, 'README.md'), '\nRehearsed.\n');
      await writeFile(
        join(this.folder, plans, `${name.replace(/.*\//, '')}.md`),
        `---\n'${name}': ${bump}\n---\n\nIs rehearsed.\n`,
      );
    }
    await this.#git('add', '--all');
    await this.#git('commit', '--quiet', '--message', 'Change two packages');
    await this.#release();
    const released = [...this.versions()]
      .filter(([name, version]) => version !== before.get(name))
      .map(([name]) => name);
    // The others would be found to be there, one by one.
    await this.#nx('release', 'publish', `--projects=${released.join()}`);
    return released;
  }

  #release() {
    return run(process.execPath, ['tools/release.mjs'], { cwd: this.folder });
  }

  #nx(...args) {
    return run('node_modules/.bin/nx', args, { cwd: this.folder });
  }

  #git(...args) {
    return run('git', args, { cwd: this.folder });
  }
}
