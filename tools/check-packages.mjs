/**
 * Packs every package that is published and looks at what a stranger would get: what the tarball holds, what publint and
 * arethetypeswrong say, and whether all of them, installed into an empty project without any setting on a machine that
 * reaches the registry and nothing else, can be imported and run. Build first.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const exec = promisify(execFile);
/**
 * What npm was told here is no setting of a stranger. The proxy, which is none, is that of global-agent: it cuts off the
 * install script of onnxruntime-node and not npm.
 */
const env = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_config_(ignore_scripts|onnx)|^ONNXRUNTIME/i.test(name)),
  ),
  GLOBAL_AGENT_HTTPS_PROXY: 'http://127.0.0.1:9',
  NO_COLOR: '1',
};
const problems = [];
const folder = await mkdtemp(join(tmpdir(), 'foveate-pack-'));

/** Runs a command; where it fails, its output becomes a problem, less any address of a registry. */
async function run(command, args, options = {}) {
  try {
    return (await exec(command, args, { maxBuffer: 2 ** 28, env, ...options })).stdout;
  } catch ({ message, stdout = '', stderr = '' }) {
    problems.push(`${message}\n${stdout}${stderr}`.replaceAll(/https?:\/\/\S+/g, '<address>'));
    return null;
  }
}

/** What is wrong with the files and the package.json of a tarball. */
function* faults({ files, name }, manifest, tracked) {
  const paths = files.map(({ path }) => path);
  for (const path of ['README.md', 'dist/index.js', 'dist/index.d.ts']) {
    if (!paths.includes(path)) yield `holds no ${path}`;
  }
  for (const entry of manifest.files) {
    const there = paths.some((path) => path === entry || path.startsWith(`${entry}/`));
    if (!there && !entry.startsWith('!')) yield `holds nothing of ${entry}`;
  }
  for (const path of paths) {
    if (/\.spec\.|\.tsbuildinfo$|\/testing\/|^src\//.test(path)) yield `holds ${path}`;
    const source = path.replace(/^dist\//, 'src/').replace(/(\.d)?\.[jt]s(\.map)?$/, '.ts');
    if (path.startsWith('dist/') && !tracked.has(source)) yield `holds ${path}, whose source is gone`;
  }
  for (const field of ['dependencies', 'peerDependencies', 'optionalDependencies']) {
    for (const [dependency, range] of Object.entries(manifest[field] ?? {})) {
      if (/^(workspace|file|link):/.test(range)) yield `depends on ${dependency} at ${range}`;
    }
  }
  if (name !== manifest.name) yield `is called ${manifest.name} inside`;
}

async function inspect(packed) {
  const { name, filename } = packed;
  const tarball = join(folder, filename);
  const inside = join(folder, filename.replace('.tgz', ''));
  await mkdir(inside);
  await run('tar', ['-xzf', tarball, '-C', inside, '--strip-components=1']);
  const manifest = JSON.parse(await readFile(join(inside, 'package.json'), 'utf8'));
  const sources = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: join(process.cwd(), packed.location),
  });
  for (const fault of faults(packed, manifest, new Set(sources?.split('\n')))) problems.push(`${name} ${fault}`);
  const { messages } = await publint({ pkgDir: inside, pack: false, strict: true });
  for (const message of messages) problems.push(`${name}: ${formatMessage(message, manifest)}`);
  await run('npx', ['attw', tarball, '--profile', 'esm-only', '--format', 'ascii']);
  return { tarball, manifest };
}

/** Installs all tarballs together into an empty project, then imports each and runs the command. */
async function useAll(packages) {
  const project = join(folder, 'project');
  await mkdir(project);
  await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  const options = { cwd: project };
  const tarballs = packages.map(({ tarball }) => tarball);
  if ((await run('npm', ['install', '--no-audit', '--no-fund', ...tarballs], options)) === null) return;
  await writeFile(
    join(project, 'use.js'),
    `const plugins = ${JSON.stringify(Object.fromEntries(packages.map(({ manifest }) => [manifest.name, manifest.foveate?.plugins ?? []])))};
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
  await run(process.execPath, ['use.js'], options);
  const { version } = packages.find(({ manifest }) => manifest.bin?.foveate)?.manifest ?? {};
  const printed = await run('npx', ['--no-install', 'foveate', '--version'], options);
  if (printed !== null && printed.trim() !== version)
    problems.push(`foveate --version printed ${printed}, not ${version}`);
  const list = await run('npx', ['--no-install', 'foveate', 'plugins', 'list', '--json'], options);
  const known = new Set(JSON.parse(list ?? '[]').map(({ kind, id }) => `${kind} ${id}`));
  for (const { kind, id } of packages.flatMap(({ manifest }) => manifest.foveate?.plugins ?? [])) {
    if (!known.has(`${kind} ${id}`)) problems.push(`foveate plugins list does not know the ${kind} ${id}`);
  }
  await tryEngines(options);
}

/**
 * Whether an engine runs where npm left out the native ONNX Runtime, whether doctor says how to get it, and whether that
 * helps.
 */
async function tryEngines(options) {
  // Where its script has nothing to download, npm has kept it.
  await rm(join(options.cwd, 'node_modules/onnxruntime-node'), { recursive: true, force: true });
  const { engines } = await tryDefault('wasm', options);
  const native = engines?.find(({ engine }) => engine.id === 'onnx' && engine.provider === 'cpu');
  if (native?.works !== false || !native.reason.includes('npm install --ignore-scripts'))
    problems.push(`foveate doctor does not say how to get onnxruntime-node: ${JSON.stringify(native)}`);
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], options);
  await tryDefault('cpu', options);
}

async function tryDefault(provider, options) {
  const report = JSON.parse((await run('npx', ['--no-install', 'foveate', 'doctor', '--json'], options)) ?? '{}');
  const used = report.default;
  if (used?.works !== true || !used.description.split(/[ ,]+/).includes(provider))
    problems.push(`the default engine should run on ${provider}: ${JSON.stringify(used)}`);
  return report;
}

try {
  const all = JSON.parse((await run('npm', ['query', '.workspace'])) ?? '[]');
  const published = all.filter((workspace) => workspace.private !== true);
  const locations = new Map(published.map(({ name, location }) => [name, location]));
  const workspaces = published.flatMap(({ location }) => ['--workspace', location]);
  const output = await run('npm', ['pack', '--json', '--pack-destination', folder, ...workspaces]);
  const packed = Object.values(JSON.parse(output ?? '[]'));
  if (packed.length !== published.length) problems.push(`${packed.length} of ${published.length} packages were packed`);
  const packages = [];
  for (const one of packed) packages.push(await inspect({ ...one, location: locations.get(one.name) }));
  if (packages.length > 0) await useAll(packages);
  for (const problem of problems) console.error(`FAILED ${problem}`);
  console.log(`${packages.length} packages packed, ${problems.length} problems.`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = problems.length === 0 ? 0 : 1;
