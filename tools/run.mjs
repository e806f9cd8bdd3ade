/**
 * Runs a task from a clone in any state: `node tools/run.mjs <task> [arguments]`. Installs when node_modules does not hold
 * what package-lock.json asks for, compiles what has changed, then hands over. Uses Node alone, since there may be
 * nothing else yet. What it says goes to standard error; standard output is the task's.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What a task hands over to: arguments for Node, relative to the repository. */
const tasks = {
  bench: ['tools/bench.mjs'],
  demo: ['apps/cli/bin/foveate.mjs', 'demo'],
  fuzz: ['tools/fuzz.mjs'],
  test: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'],
};

const note = (text) => process.stderr.write(`${text}\n`);

function stop(text, code = 1) {
  note(text);
  process.exit(code);
}

const readJson = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));

/** Ends with a message where Node is older than package.json's `engines`, a range of the form `>=20.19`. */
function checkNode() {
  const { engines } = readJson('package.json');
  const [wantedMajor, wantedMinor] = engines.node.replace('>=', '').split('.').map(Number);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
    stop(`Foveate needs Node ${engines.node}, this is ${process.versions.node}. Node 22 and 24 are good choices.`);
  }
}

/** Why packages have to be installed, or null when they need not. */
function staleness() {
  if (!existsSync(join(root, 'node_modules'))) return 'node_modules is missing';
  // npm writes this file last, so there is none after an installation that was cut short.
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) return 'node_modules is not complete';
  const { packages: wanted } = readJson('package-lock.json');
  const { packages: present } = readJson('node_modules/.package-lock.json');
  const [path] =
    Object.entries(wanted).find(([path, { version, integrity, optional, devOptional }]) => {
      const other = present[path];
      // Binaries for other platforms are in the lock file only.
      if (other === undefined) return path !== '' && !optional && !devOptional;
      return other.version !== version || other.integrity !== integrity;
    }) ?? [];
  return path === undefined ? null : `package-lock.json has another ${path.replace(/^.*node_modules\//, '')}`;
}

/** Runs npm: as the npm that started this, or else as the one on the path, which on Windows is a .cmd file. */
function npm(args) {
  const cli = process.env.npm_execpath ?? '';
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'pipe'] };
  return /npm-cli\.c?js$/.test(cli)
    ? spawnSync(process.execPath, [cli, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
}

function install() {
  const reason = staleness();
  if (reason === null) return;
  note(`Installing packages, since ${reason}. This takes up to a few minutes.`);
  const start = Date.now();
  // The compiler and the tests are development dependencies, wanted whatever NODE_ENV is.
  const { status, signal, stdout, stderr, error } = npm(['ci', '--include=dev', '--no-audit', '--no-fund']);
  if (error) stop(`npm could not be started: ${error.message}`);
  if (status !== 0) stop(`${stdout}${stderr}\nnpm ci failed with ${signal ?? `exit code ${status}`}.`, status ?? 1);
  note(`Installed in ${seconds(start)}.`);
}

function build() {
  const first = !existsSync(join(root, 'apps/cli/dist/main.js'));
  if (first) note('Building, since there is no build yet.');
  const start = Date.now();
  if (kernelsChanged()) compile('assemblyscript/bin/asc.js', '--config', 'packages/image/asconfig.json');
  compile('typescript/bin/tsc', '--build');
  if (first || Date.now() - start > 1000) note(`Built in ${seconds(start)}.`);
}

function compile(compiler, ...args) {
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules', compiler), ...args], options);
  if (status !== 0) stop('The build failed.', status ?? 1);
}

/** Whether the WebAssembly of packages/image, which its compiler makes anew each time, is missing or out of date. */
function kernelsChanged() {
  const changed = (path) => statSync(join(root, 'packages/image', path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = [
    'asconfig.json',
    ...readdirSync(join(root, 'packages/image/assembly')).map((name) => `assembly/${name}`),
  ];
  return sources.some((path) => changed(path) > changed('wasm/kernels.wasm'));
}

const seconds = (start) => `${((Date.now() - start) / 1000).toFixed(1)} s`;

/** Starts the task and ends as it ends. */
function handOver(args) {
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  // Ctrl-C in a terminal reaches the child by itself, and must reach it once: twice would mean 'at once'.
  const inTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
  process.on('SIGINT', () => inTerminal || child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => stop(error.message));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

checkNode();
const [task, ...args] = process.argv.slice(2);
if (!Object.hasOwn(tasks, task)) stop(`Usage: node tools/run.mjs ${Object.keys(tasks).join('|')} [arguments]`, 2);
process.chdir(root);
install();
build();
handOver([...tasks[task], ...args]);
