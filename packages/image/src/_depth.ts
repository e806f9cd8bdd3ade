/** 16-bit samples. */

/**
 * 16-bit samples as bytes.
 * @param range values that become 0 and 255, what lies outside is cut off; undefined: the upper byte
 */
export function scaled(samples: Uint16Array, range: readonly [number, number] | undefined): Uint8Array {
  const bytes = new Uint8Array(samples.length);
  if (range === undefined) {
    for (let at = 0; at < samples.length; at++) bytes[at] = (samples[at] ?? 0) >> 8;
    return bytes;
  }
  const [black, white] = range;
  const factor = 255 / (white - black);
  for (let at = 0; at < samples.length; at++) {
    bytes[at] = Math.min(255, Math.max(0, Math.round(((samples[at] ?? 0) - black) * factor)));
  }
  return bytes;
}

/** The highest sample. */
export function highestOf(samples: Uint8Array | Uint16Array): number {
  const { length } = samples;
  let highest = 0;
  // By index, which is ten times as fast as by iterator.
  for (let at = 0; at < length; at++) if ((samples[at] ?? 0) > highest) highest = samples[at] ?? 0;
  return highest;
}
