/** Processor time of `foveate --version` and of help, beside that of Node alone. `--rounds N`: runs of each (default 9). */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });
const rounds = Number(values.rounds);
const bin = fileURLToPath(new URL('../../apps/cli/bin/foveate.mjs', import.meta.url));

// Loaded before the program, so that the time it says is that of the whole process.
const probe = `data:text/javascript,${encodeURIComponent(
  `process.on('exit', () => { const { user, system } = process.cpuUsage(); process.stderr.write('\\ncpu ' + (user + system)); });`,
)}`;

/** @returns seconds of all threads of a process */
function processorSeconds(args) {
  const { stderr, error } = spawnSync(process.execPath, ['--import', probe, ...args], { encoding: 'utf8' });
  if (error) throw error;
  return Number(/\ncpu (\d+)$/.exec(stderr)[1]) / 1e6;
}

const sides = {
  'node alone': ['--eval', '0'],
  'foveate --version': [bin, '--version'],
  'foveate --help': [bin, '--help'],
  'foveate train --help': [bin, 'train', '--help'],
};
const seconds = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
// In turn: what else the machine does hits all sides alike.
for (let round = 0; round < rounds; round++) {
  for (const [name, args] of Object.entries(sides)) seconds[name].push(processorSeconds(args));
}
console.log(`processor seconds of ${rounds} runs: median, lowest, highest`);
for (const [name, all] of Object.entries(seconds)) {
  all.sort((a, b) => a - b);
  const figures = [all[Math.floor(rounds / 2)], all[0], all[rounds - 1]].map((value) => value.toFixed(3));
  console.log(`${name.padEnd(22)}${figures.join('  ')}`);
}
