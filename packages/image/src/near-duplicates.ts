/**
 * Images that look alike far more than images of their data set usually do. Pictures of one product resemble each other
 * anyway, so what all have in common must not count: every frequency is centred and scaled over the data set first. The
 * similarity of two images is then the cosine between them. It is near 0 for different parts, however alike they look,
 * and near 1 for copies.
 */
import { random } from '@foveate/contracts';
import { DisjointSets } from './disjoint-sets.js';
import { lookLength } from './fingerprint.js';

/** Two images found alike, by position. */
export interface NearPair {
  readonly a: number;
  readonly b: number;
  /** In [threshold, 1]. */
  readonly similarity: number;
}

// With fewer images nobody can tell what they have in common.
const fewest = 16;
// More trees find more: with 64, of 100,000 images, nearly all pairs of 0.9 and most of those at a threshold of 0.85.
const trees = 64;
const leaf = 32;
const words = Math.ceil(lookLength / 32);

/**
 * Pairs that hold clusters of near duplicates together: two images are in one cluster when a chain of pairs joins them,
 * but not each pair of a cluster is listed. Candidates come from a forest of random prefix trees over the signs of the
 * frequencies (Charikar, STOC 2002; Bawa et al., "LSH Forest", WWW 2005), so that time grows as n log n.
 * @param looks of {@link lookLength} each; those all 0 are alike to nothing
 * @param threshold least similarity, in (0, 1]
 * @returns no pair for fewer than 16 images
 */
export function nearDuplicates(looks: readonly Float32Array[], threshold: number): readonly NearPair[] {
  if (looks.length < fewest) return [];
  const rows = standardised(looks);
  const signs = signsOf(rows, looks.length);
  const flips = mostFlips(threshold);
  const sets = new DisjointSets(looks.length);
  const pairs: NearPair[] = [];

  const compare = (a: number, b: number): void => {
    if (sets.find(a) === sets.find(b) || distance(signs, a, b) > flips) return;
    const similarity = cosine(rows, a, b);
    if (similarity < threshold) return;
    sets.join(a, b);
    pairs.push({ a: Math.min(a, b), b: Math.max(a, b), similarity: Math.min(1, similarity) });
  };
  const members = Uint32Array.from(looks.keys()).filter((index) => looks[index]?.some((value) => value !== 0));
  const visit = (start: number, end: number, bits: readonly number[], depth: number): void => {
    const bit = bits[depth];
    if (end - start > leaf && bit !== undefined) {
      const middle = partition(members, start, end, (index) => isSet(signs, index, bit));
      visit(start, middle, bits, depth + 1);
      visit(middle, end, bits, depth + 1);
      return;
    }
    // A leaf is larger only where all signs agree: there one chain through it is enough.
    for (let i = start; i < end; i++) {
      for (let j = i + 1; j < Math.min(end, i + leaf); j++) compare(members[i] ?? 0, members[j] ?? 0);
    }
  };
  const bits = Array.from({ length: lookLength }, (_, bit) => bit);
  for (let tree = 0; tree < trees; tree++) {
    visit(0, members.length, random(0, 'near-duplicates', tree).shuffle(bits), 0);
  }
  return pairs;
}

/** Each frequency with mean 0 and deviation 1 over the images, then each image scaled to unit length. Row by row. */
function standardised(looks: readonly Float32Array[]): Float32Array {
  const mean = new Float64Array(lookLength);
  const square = new Float64Array(lookLength);
  for (const look of looks) for (const [k, value] of look.entries()) mean[k] = (mean[k] ?? 0) + value / looks.length;
  for (const look of looks) {
    for (const [k, value] of look.entries()) square[k] = (square[k] ?? 0) + (value - (mean[k] ?? 0)) ** 2;
  }
  const deviation = square.map((sum) => Math.sqrt(sum / looks.length));
  const rows = new Float32Array(looks.length * lookLength);
  for (const [index, look] of looks.entries()) {
    // A frequency that is the same everywhere tells nothing.
    const row = look.map((value, k) =>
      (deviation[k] ?? 0) < 1e-9 ? 0 : (value - (mean[k] ?? 0)) / (deviation[k] ?? 1),
    );
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    rows.set(length === 0 ? row : row.map((value) => value / length), index * lookLength);
  }
  return rows;
}

function signsOf(rows: Float32Array, count: number): Uint32Array {
  const signs = new Uint32Array(count * words);
  for (let index = 0; index < count; index++) {
    for (let k = 0; k < lookLength; k++) {
      const word = index * words + (k >>> 5);
      if ((rows[index * lookLength + k] ?? 0) > 0) signs[word] = (signs[word] ?? 0) | (1 << (k & 31));
    }
  }
  return signs;
}

function isSet(signs: Uint32Array, index: number, bit: number): boolean {
  return (((signs[index * words + (bit >>> 5)] ?? 0) >>> (bit & 31)) & 1) === 1;
}

/**
 * Signs in which two images of that similarity differ: the angle between them over pi of all, and four standard
 * deviations more.
 */
function mostFlips(similarity: number): number {
  const share = Math.acos(Math.min(1, similarity)) / Math.PI;
  return lookLength * share + 4 * Math.sqrt(lookLength * share * (1 - share)) + 1;
}

function distance(signs: Uint32Array, a: number, b: number): number {
  let sum = 0;
  for (let word = 0; word < words; word++) {
    // Number of bits set, counted in parallel.
    let bits = (signs[a * words + word] ?? 0) ^ (signs[b * words + word] ?? 0);
    bits -= (bits >>> 1) & 0x55555555;
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
    sum += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return sum;
}

function cosine(rows: Float32Array, a: number, b: number): number {
  let sum = 0;
  for (let k = 0; k < lookLength; k++) sum += (rows[a * lookLength + k] ?? 0) * (rows[b * lookLength + k] ?? 0);
  return sum;
}

/** Moves the members for which `first` is true to the front of the range, and returns where the others start. */
function partition(list: Uint32Array, start: number, end: number, first: (member: number) => boolean): number {
  let middle = start;
  for (let i = start; i < end; i++) {
    const member = list[i] ?? 0;
    if (!first(member)) continue;
    list[i] = list[middle] ?? 0;
    list[middle++] = member;
  }
  return middle;
}
