/**
 * Damages configurations, images, annotations, weights and run folders at random and has them read as the commands read
 * them, in processes of their own with limits of memory and time. `npm run fuzz -- --help` says how.
 */
import { fork, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { random } from '@foveate/contracts';
import { damageBytes, damageText } from './fuzz/mutate.mjs';
import { contentOf, filesOfRun, makeSeeds } from './fuzz/seeds.mjs';

const help = `npm run fuzz -- [options]

--cases N      damaged files (default 600)
--seed N       of all chance (default 1)
--only TEXT    only files whose name contains TEXT
--case N       only that case; its files are kept
--seconds N    most that one case may take (default 60)
--verbose      a line for every case
`;

/** Memory of a process that reads, in MB: of its heap, and in all. */
const heapLimit = 768;
const memoryLimit = 1024;

const { values: options } = parseArgs({
  options: {
    cases: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    case: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    verbose: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const counts = { cases: 0, crashes: 0, hangs: 0, silent: 0, UNEXPECTED: 0 };
let peak = 0;
let child;

/** A process that reads, ready for its next file. */
async function reader() {
  if (child !== undefined) return child;
  child = fork(join(import.meta.dirname, 'fuzz/child.mjs'), {
    execArgv: [`--max-old-space-size=${heapLimit}`],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  await answerOf(child, 120);
  return child;
}

/** What a process says next; or that it died, or said nothing for too long. */
function answerOf(process, seconds) {
  return new Promise((resolve) => {
    const end = (answer) => {
      clearTimeout(timer);
      clearInterval(watch);
      process.removeAllListeners();
      resolve(answer);
    };
    const lost = (answer) => {
      child = undefined;
      process.kill('SIGKILL');
      end(answer);
    };
    const timer = setTimeout(() => lost({ outcome: 'hang' }), seconds * 1000);
    const watch = setInterval(() => {
      if (memoryOf(process) > memoryLimit) lost({ outcome: 'crash', text: `more than ${memoryLimit} MB` });
    }, 50);
    process.once('message', end);
    process.once('exit', (code, signal) => lost({ outcome: 'crash', text: String(signal ?? code) }));
  });
}

/** The most memory a process had so far, in MB; 0 where the system does not tell. */
function memoryOf({ pid }) {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    peak = Math.max(peak, Number(kilobytes ?? 0) / 1024);
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Readers of a run folder, and which of its files each of them has to read. */
const ofRuns = {
  report: /run\.json|predictions|explanations/,
  evaluate: /run\.json|config|samples|best/,
  explain: /run\.json|config|best/,
  resume: /run\.json|config|samples|last/,
};

/** A damaged file, what reads it, and whether that must say so. */
function prepare(number, { seeds, run, folder }) {
  const draw = random(Number(options.seed), 'fuzz', number);
  const inRun = draw.integer(3) === 0;
  const place = join(folder, String(number));
  let [reader, path, file] = ['', '', ''];
  if (inRun) {
    const names = Object.keys(ofRuns);
    reader = names[draw.integer(names.length)];
    const files = filesOfRun(run).filter((name) => ofRuns[reader].test(name));
    cpSync(run, place, { recursive: true });
    path = place;
    file = join(place, files[draw.integer(files.length)]);
  } else {
    const seed = seeds[draw.integer(seeds.length)];
    cpSync(dirname(seed.file), place, { recursive: true });
    reader = seed.kind;
    file = join(place, basename(seed.file));
    path = file.endsWith('.npy.folder') ? `${file}.d` : file;
    if (path !== file) cpSync(file, (file = join(path, 'a.npy')), { recursive: true });
  }
  const { isText, bytes } = contentOf(file);
  const damage = isText ? damageText(bytes.toString('utf8'), draw) : damageBytes(bytes, draw);
  const content = isText ? Buffer.from(damage.text) : damage.bytes;
  writeFileSync(file, content);
  return { reader, path, file, kind: damage.kind, mustNotice: mustNotice(file, damage.kind, bytes, content) };
}

/** A file whose end is gone is not to be taken for whole. Lists by line, and free text, may end anywhere. */
function mustNotice(file, kind, before, after) {
  if (kind !== 'cut' || after.length >= before.length - 2) return false;
  if (/\.(jsonl|csv|yaml)$/.test(file)) return false;
  // Decoders end with the picture: what stands behind it in a file is not theirs.
  return !/\.(gif|tif|webp|h5)$/.test(file) || after.length < before.length / 2;
}

async function tryCase(number, parts) {
  const { reader: name, path, file, kind, mustNotice: must } = prepare(number, parts);
  if (!file.includes(options.only)) return;
  const process = await reader();
  const answered = answerOf(process, Number(options.seconds));
  process.send({ reader: name, path });
  const { outcome, text = '' } = await answered;
  memoryOf(process);
  counts.cases++;
  const verdict = outcome === 'accepted' && must ? 'silent' : outcome;
  const key = { crash: 'crashes', hang: 'hangs', silent: 'silent', unexpected: 'UNEXPECTED' }[verdict];
  if (key !== undefined) counts[key]++;
  if (key === undefined && !options.verbose) return;
  console.log(`${number} ${verdict}: ${name} of ${basename(file)}, ${kind}. ${text.slice(0, 600)}`);
}

async function main() {
  if (options.help) return void console.log(help);
  const root = mkdtempSync(join(tmpdir(), 'foveate-fuzz-'));
  try {
    const { files, config } = await makeSeeds(join(root, 'seeds'));
    const run = join(root, 'run');
    const cli = join(import.meta.dirname, '../apps/cli/bin/foveate.mjs');
    const { status, stderr } = spawnSync(process.execPath, [cli, 'train', '-c', config, '--out', run], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`The run to damage could not be made: ${stderr}`);
    const parts = { seeds: files, run, folder: root };
    const numbers =
      options.case === undefined
        ? Array.from({ length: Number(options.cases) }, (_, at) => at)
        : [Number(options.case)];
    for (const number of numbers) {
      await tryCase(number, parts);
      if (options.case === undefined) rmSync(join(root, String(number)), { recursive: true, force: true });
    }
    if (options.case !== undefined) console.log(`Files: ${join(root, options.case)}`);
  } finally {
    child?.kill('SIGKILL');
    if (options.case === undefined) rmSync(root, { recursive: true, force: true });
  }
  const line = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  console.log(`${line.join(', ')}, peak memory ${peak.toFixed(0)} MB (seed ${options.seed})`);
  const { cases, ...bad } = counts;
  if (cases === 0 || Object.values(bad).some((count) => count > 0)) process.exitCode = 1;
}

await main();
