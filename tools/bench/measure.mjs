/** One work on all its sides, in interleaved rounds. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Side } from './side.mjs';

const self = fileURLToPath(new URL('../bench.mjs', import.meta.url));
const torchSide = fileURLToPath(new URL('torch_side.py', import.meta.url));

/** A Python that has PyTorch and torchvision: the one on the path, or the system's. */
export function findTorch() {
  const has = (python) =>
    spawnSync(python, ['-c', 'import torch, torchvision, numpy'], { stdio: 'ignore' }).status === 0;
  return ['python3', '/usr/bin/python3'].find(has);
}

const sorted = (values) => [...values].sort((a, b) => a - b);

/** Lowest, middle and highest of some numbers. */
export function spread(values) {
  const list = sorted(values);
  return { min: list[0], median: list[Math.floor(list.length / 2)], max: list.at(-1) };
}

function start(work, side, { threads, torch, folder }) {
  if (side === 'torch') return new Side(torch, [torchSide, JSON.stringify(work), String(threads), folder]);
  return new Side(process.execPath, [self, 'side', JSON.stringify(work), side, String(threads), folder]);
}

/** Runs what has to be there before the sides start: initial values, PyTorch's exported graph. */
function prepare(work, { threads, torch, folder }) {
  const run = (command, args) => spawnSync(command, args, { encoding: 'utf8' });
  run(process.execPath, [self, 'side', JSON.stringify(work), 'values', String(threads), folder]);
  if (!work.sides.includes('torch-graph') || torch === undefined) return;
  run(torch, [torchSide, JSON.stringify(work), String(threads), folder, join(folder, 'torch.onnx')]);
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * @param options.rounds how often each side has its turn
 * @returns by side: description, milliseconds a step of each round, first step, setup, memory; or why there is nothing
 */
export async function measure(work, { rounds, threads, torch }) {
  const folder = mkdtempSync(join(tmpdir(), 'foveate-bench-'));
  const results = {};
  const running = new Map();
  try {
    prepare(work, { threads, torch, folder });
    for (const name of work.sides) {
      if (name.startsWith('torch') && torch === undefined) {
        results[name] = { missing: 'no python3 with torch, torchvision and numpy' };
        continue;
      }
      const side = start(work, name, { threads, torch, folder });
      try {
        const { describe, figure, firstMs, setupMs } = await side.answer();
        // The second step is warm-up too, and says how many make a round of about half a second.
        const { ms } = await side.round(1);
        const steps = Math.max(1, Math.min(100, Math.round(500 / ms)));
        running.set(name, { side, steps });
        results[name] = { describe, figure, firstMs, setupMs, ms: [], maxRss: 0 };
      } catch (error) {
        side.close();
        results[name] = { missing: error.message };
      }
    }
    for (let round = 0; round < rounds; round++) {
      // Forth and back, so that no side always follows the same one.
      const order = [...running.keys()];
      if (round % 2 === 1) order.reverse();
      for (const name of order) {
        const { side, steps } = running.get(name);
        await pause(100); // threads that wait in a loop come to rest
        const { ms, maxRss } = await side.round(steps);
        results[name].ms.push(ms);
        results[name].maxRss = maxRss;
      }
    }
  } finally {
    for (const { side } of running.values()) side.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return results;
}
