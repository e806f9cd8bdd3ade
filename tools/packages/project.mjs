/** An empty project on the machine of a stranger, into which packages are installed. */
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { problems, run } from './run.mjs';

/** Plugin packages of a third party: a folder of fixtures, what to set so that a run uses it, and what the run then says. */
const thirdParty = [
  {
    folder: 'stage-every-nth',
    name: '@acme/foveate-stage-every-nth',
    set: 'pipeline=[ingest, mask, {id: every-nth, n: 5}, split, train, explain, measure, report]',
    says: ({ data }) => data?.skips?.some(({ reason }) => reason === 'every-nth'),
  },
  {
    folder: 'loss-focal',
    name: '@acme/foveate-loss-focal',
    set: 'loss={id: acme-focal, gamma: 3}',
    says: ({ config }) => config?.loss?.id === 'acme-focal',
  },
  {
    folder: 'metric-balanced',
    name: '@acme/foveate-metric-balanced',
    set: 'metrics=[classification, balanced]',
    says: ({ test }) => typeof test?.balancedAccuracy === 'number',
  },
];

/** Lines that a plugin may take. */
const mostLines = 40;

/** A run that takes seconds. */
const tiny = [
  'data.source={id: synthetic-zipper, good: 20, defective: 20, size: 64}',
  'data.size=32',
  'model={id: custom-cnn, channels: [4, 4]}',
  'training={epochs: 1, batchSize: 8}',
];

const install = ['install', '--no-audit', '--no-fund'];

export class Project {
  #options;

  constructor(folder) {
    this.folder = folder;
    this.#options = { cwd: folder };
  }

  /** @returns whether the packages could be installed, from where the .npmrc says */
  async create(npmrc, names) {
    await mkdir(this.folder);
    await writeFile(join(this.folder, 'package.json'), '{ "private": true, "type": "module" }');
    await writeFile(join(this.folder, '.npmrc'), npmrc);
    return (await run('npm', [...install, ...names], this.#options)) !== null;
  }

  /** The command, as it is installed here. @returns what it prints, null where it fails */
  foveate(...args) {
    return run('npx', ['--no-install', 'foveate', ...args], this.#options);
  }

  /** Imports every package and finds the plugins that its package.json names. */
  async importAll(manifests) {
    const plugins = Object.fromEntries(manifests.map(({ name, foveate }) => [name, foveate?.plugins ?? []]));
    await writeFile(
      join(this.folder, 'use.js'),
      `const plugins = ${JSON.stringify(plugins)};
for (const [name, listed] of Object.entries(plugins)) {
  const module = await import(name);
  if (Object.keys(module).length === 0) throw new Error(name + ' exports nothing');
  for (const { kind, id, export: key } of listed) {
    const meta = module[key]?.meta;
    if (meta?.kind !== kind || meta.id !== id) throw new Error(name + ' does not export ' + key + ', the ' + kind + ' ' + id);
  }
}
`,
    );
    await run(process.execPath, ['use.js'], this.#options);
  }

  /** Whether the command says its version and lists the plugins of all packages. */
  async tryCommand(manifests) {
    const { version } = manifests.find(({ bin }) => bin?.foveate) ?? {};
    const printed = await this.foveate('--version');
    if (printed !== null && printed.trim() !== version)
      problems.push(`foveate --version printed ${printed}, not ${version}`);
    const list = await this.foveate('plugins', 'list', '--json');
    const known = new Set(JSON.parse(list ?? '[]').map(({ kind, id }) => `${kind} ${id}`));
    for (const { kind, id } of manifests.flatMap(({ foveate }) => foveate?.plugins ?? [])) {
      if (!known.has(`${kind} ${id}`)) problems.push(`foveate plugins list does not know the ${kind} ${id}`);
    }
  }

  /**
   * Whether an engine runs where npm left out the native ONNX Runtime, whether doctor says how to get it, and whether that
   * helps.
   */
  async tryEngines() {
    // Where its script has nothing to download, npm has kept it.
    await rm(join(this.folder, 'node_modules/onnxruntime-node'), { recursive: true, force: true });
    const { engines } = await this.#tryDefault('wasm');
    const native = engines?.find(({ engine }) => engine.id === 'onnx' && engine.provider === 'cpu');
    if (native?.works !== false || !native.reason.includes('npm install --ignore-scripts'))
      problems.push(`foveate doctor does not say how to get onnxruntime-node: ${JSON.stringify(native)}`);
    await run('npm', [...install, '--ignore-scripts'], this.#options);
    await this.#tryDefault('cpu');
  }

  async #tryDefault(provider) {
    const report = JSON.parse((await this.foveate('doctor', '--json')) ?? '{}');
    const used = report.default;
    if (used?.works !== true || !used.description.split(/[ ,]+/).includes(provider))
      problems.push(`the default engine should run on ${provider}: ${JSON.stringify(used)}`);
    return report;
  }

  /** Installs the plugins of a third party and trains with all of them, by their names in a configuration. */
  async tryThirdParty() {
    const folders = thirdParty.map(({ folder }) => resolve('tools/fixtures', folder));
    for (const folder of folders) {
      for (const name of (await readdir(folder)).filter((file) => file.endsWith('.js'))) {
        const lines = (await readFile(join(folder, name), 'utf8')).trimEnd().split('\n').length;
        if (lines > mostLines) problems.push(`${folder} takes ${lines} lines`);
      }
    }
    // Packed, as the registry would have it, and not linked.
    await run('npm', [...install, '--ignore-scripts', '--install-links', ...folders], this.#options);
    const names = thirdParty.map(({ name }) => name);
    await writeFile(join(this.folder, 'own.yaml'), `name: own\nplugins: ${JSON.stringify(names)}\n`);
    const set = [...tiny, ...thirdParty.map((one) => one.set)].flatMap((override) => ['--set', override]);
    if ((await this.foveate('train', '--config', 'own.yaml', ...set)) === null) return;
    const record = JSON.parse(await readFile(join(this.folder, 'runs/own/run.json'), 'utf8'));
    for (const { name, says } of thirdParty) {
      if (!says(record)) problems.push(`a run does not show what ${name} does: ${JSON.stringify(record)}`);
    }
  }

  /** Versions of our packages that are installed, wherever npm has put them. */
  async versions() {
    const found = new Map();
    const names = await readdir(join(this.folder, 'node_modules/@foveate'));
    for (const name of names) {
      const text = await readFile(join(this.folder, 'node_modules/@foveate', name, 'package.json'), 'utf8');
      found.set(`@foveate/${name}`, JSON.parse(text).version);
    }
    return found;
  }

  /** Gets the newest of the packages. */
  update(names) {
    return run('npm', [...install, '--ignore-scripts', ...names.map((name) => `${name}@latest`)], this.#options);
  }
}
