/**
 * A 32-bit hash of a seed and a position: randomness of single pixels, for which Philox would be too slow. The mixing is
 * that of lowbias32 (Wellons, "Prospecting for hash functions", 2018), the seed added between its two halves.
 * @returns an integer in [0, 2^32)
 */
export function hash32(seed: number, position: number): number {
  let h = position;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul((h + seed) ^ ((h + seed) >>> 15), 0x735a2d97);
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  return (h ^ (h >>> 15)) >>> 0;
}
