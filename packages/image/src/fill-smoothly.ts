/** Values known at some places, carried on smoothly to all others. */

// Bound once: used for every pixel, and a look-up of a global is slow in some realms (Jest has one).
const { ceil, max, min } = Math;

/** One level of the pyramid: sums of weighted values, channel by channel at each pixel, and the weights. */
interface Level {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
  readonly weights: Float32Array;
}

/**
 * Fills what is not known by pull-push (Gortler et al., The Lumigraph, SIGGRAPH 1996): known values are averaged two by two until
 * one pixel is left, and on the way back each level takes what it lacks from the coarser one, bilinear. Near what is known the
 * result is like it, far from it it is the mean: an approximation of the membrane (Laplace's equation) in linear time.
 * @param values row by row, `channels` at each pixel; where the weight is 0 they do not matter
 * @param weights in [0, 1], how well each pixel is known
 * @returns as many values; all 0 where nothing is known
 */
export function fillSmoothly(
  values: Float32Array,
  weights: Float32Array,
  { width, height, channels }: { readonly width: number; readonly height: number; readonly channels: number },
): Float32Array {
  const levels: Level[] = [{ width, height, values, weights }];
  for (let top = levels[0] as Level; top.width > 1 || top.height > 1;) {
    top = pulled(top, channels);
    levels.push(top);
  }
  let filled = (levels.pop() as Level).values;
  for (let above = levels.length; above > 0; above--) {
    const level = levels.pop() as Level;
    filled = pushed(level, filled, channels);
  }
  return filled;
}

/** Half the size: weighted means, known as well as the best of their four together, at most 1. */
function pulled({ width, height, values, weights }: Level, channels: number): Level {
  const [w, h] = [ceil(width / 2), ceil(height / 2)];
  const means = new Float32Array(w * h * channels);
  const sums = new Float32Array(w * h);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const weight = weights[y * width + x] as number;
      if (weight === 0) continue;
      const into = (y >> 1) * w + (x >> 1);
      sums[into] = (sums[into] as number) + weight;
      for (let c = 0; c < channels; c++) {
        const at = into * channels + c;
        means[at] = (means[at] as number) + weight * (values[(y * width + x) * channels + c] as number);
      }
    }
  }
  for (let pixel = 0; pixel < sums.length; pixel++) {
    const sum = sums[pixel] as number;
    if (sum === 0) continue;
    for (let c = 0; c < channels; c++) means[pixel * channels + c] = (means[pixel * channels + c] as number) / sum;
    sums[pixel] = min(1, sum);
  }
  return { width: w, height: h, values: means, weights: sums };
}

/** What is known as it is, the rest from half the size, bilinear between centres. */
function pushed({ width, height, values, weights }: Level, coarse: Float32Array, channels: number): Float32Array {
  const [w, h] = [ceil(width / 2), ceil(height / 2)];
  const result = new Float32Array(width * height * channels);
  const row = new Float32Array(w * channels);
  for (let y = 0; y < height; y++) {
    // First down, one row of the coarser level, then across.
    const down = max(0, min(h - 1, (y - 0.5) / 2));
    const top = down | 0;
    const [upper, lower, fy] = [top * w * channels, min(h - 1, top + 1) * w * channels, down - top];
    for (let i = 0; i < row.length; i++) {
      const above = coarse[upper + i] as number;
      row[i] = above + fy * ((coarse[lower + i] as number) - above);
    }
    for (let x = 0; x < width; x++) {
      const across = max(0, min(w - 1, (x - 0.5) / 2));
      const cell = across | 0;
      const [left, right, fx] = [cell * channels, min(w - 1, cell + 1) * channels, across - cell];
      const weight = weights[y * width + x] as number;
      const at = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) {
        const before = row[left + c] as number;
        const smooth = before + fx * ((row[right + c] as number) - before);
        result[at + c] = weight === 0 ? smooth : smooth + weight * ((values[at + c] as number) - smooth);
      }
    }
  }
  return result;
}
