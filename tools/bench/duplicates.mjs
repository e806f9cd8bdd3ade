/**
 * Looks for near duplicates among many images: node tools/bench/duplicates.mjs [--images N]. The images are drawn as what
 * they are compared by, a tenth of them copies with noise, and the seconds, the peak of the resident memory and the share of
 * copies found are printed, and the pairs that are no copies.
 */
import { parseArgs } from 'node:util';
import { random } from '../../packages/contracts/dist/index.js';
import { DisjointSets, fingerprint, lookLength, nearDuplicates } from '../../packages/image/dist/index.js';

const { values } = parseArgs({ options: { images: { type: 'string', default: '100000' } } });
const count = Number(values.images);
const stream = random(1, 'bench');
// High frequencies are weaker than low ones, as in pictures.
const noise = (scale) =>
  Float32Array.from({ length: lookLength }, (_, k) => (scale * (stream.float() + stream.float() - 1)) / (1 + 0.05 * k));

const originals = Math.round(0.9 * count);
const looks = Array.from({ length: originals }, () => noise(1));
const levels = [0.1, 0.2, 0.3, 0.4, 0.5];
for (let copy = 0; looks.length < count; copy++) {
  const change = noise(levels[copy % levels.length]);
  looks.push(looks[copy].map((value, k) => value + change[k]));
}

const start = performance.now();
const pairs = nearDuplicates(looks, 0.85);
console.log(`${count} images compared in ${((performance.now() - start) / 1000).toFixed(1)} s`);
console.log(`peak of resident memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
const sets = new DisjointSets(count);
for (const { a, b } of pairs) sets.join(a, b);
for (const [index, level] of levels.entries()) {
  const copies = Array.from({ length: count - originals }, (_, copy) => copy).filter(
    (copy) => copy % levels.length === index,
  );
  const found = copies.filter((copy) => sets.find(copy) === sets.find(originals + copy)).length;
  const similarity = (1 / Math.hypot(1, level)).toFixed(2);
  console.log(`copies of similarity ${similarity}: ${found} of ${copies.length} found`);
}
console.log(`${pairs.filter(({ a, b }) => b - originals !== a).length} pairs that are no copies`);

const side = 1024;
const image = { width: side, height: side, channels: 3, data: new Uint8Array(side * side * 3).fill(7) };
const rounds = 20;
const before = performance.now();
for (let round = 0; round < rounds; round++) fingerprint(image);
console.log(`fingerprint of ${side} x ${side}: ${((performance.now() - before) / rounds).toFixed(1)} ms`);
