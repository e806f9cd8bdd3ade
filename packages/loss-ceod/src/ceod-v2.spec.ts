/** The overlap distance without dead zones: closed forms, finite differences where CEOD has no gradient, both engines. */
import type { HostTensor, HostTensors } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { gradCam } from '@foveate/explain';
import { buildPlugin, checkLoss, expectClose, lossCase, lossProgram, runOnce } from '@foveate/testkit';
import { afterAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { ceodV2, fallingMask, smoothOverlapDistance } from './index.js';

const onnx = onnxEngine({ threads: 2 });
const oracle = tfjsEngine();
afterAll(() => {
  onnx.dispose();
  oracle.dispose();
});

const numbers = (tensor: HostTensor | undefined): number[] => [...(tensor?.data ?? [])];
const host = (data: readonly number[], shape: readonly number[]): HostTensor => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(data),
});

async function maskOf(aoi: HostTensor, size: readonly [number, number], reach: number): Promise<number[]> {
  const program = (inputs: Readonly<Record<string, tf.Tensor>>) => ({
    outputs: { mask: fallingMask(inputs['aoi'] as tf.Tensor3D, size, reach) },
  });
  const [got, expected] = [await runOnce(onnx, program, { aoi }), await runOnce(oracle, program, { aoi })];
  expectClose('mask', got['mask'], expected['mask']!, 1e-5);
  return numbers(expected['mask']);
}

describe('the mask', () => {
  it('is 1 inside and falls by 1/e with each reach outside, and never to 0', async () => {
    // Of 4x8 cells the first column is inside: a share of 1/8 of the width from cell to cell.
    const aoi = host(
      Array.from({ length: 16 * 16 }, (_, i) => Number(i % 16 < 2)),
      [1, 16, 16],
    );
    const mask = await maskOf(aoi, [4, 8], 0.25);
    mask.forEach((value, cell) => expect(value).toBeCloseTo(Math.exp(-(cell % 8) / 8 / 0.25), 5));
    expect(Math.min(...(await maskOf(aoi, [4, 8], 0.03)))).toBeGreaterThan(0);
  });

  it('goes around corners, counts areas smaller than a cell whole, and is 1 where there is no area', async () => {
    const dot = Array.from({ length: 8 * 8 }, (_, i) => Number(i === 0));
    const mask = await maskOf(host([...dot, ...dot.map(() => 0)], [2, 8, 8]), [4, 4], 0.5);
    expect(mask[0]).toBeCloseTo(1, 6);
    // One cell to the right and two down: (1 + 2) / 4 of the side.
    expect(mask[2 * 4 + 1]).toBeCloseTo(Math.exp(-0.75 / 0.5), 5);
    expect(mask.slice(16)).toEqual(Array(16).fill(1));
  });
});

/** Value and gradient on a map of four cells beside each other; the first is inside, reach a cell. */
async function distanceOf(heat: readonly number[]): Promise<{ readonly value: number; readonly gradient: number[] }> {
  const program = ({ heatmap, mask }: Readonly<Record<string, tf.Tensor>>) => {
    const value = (map: tf.Tensor) => smoothOverlapDistance(map as tf.Tensor3D, mask as tf.Tensor3D);
    return {
      outputs: { value: value(heatmap!), gradient: tf.grad((map) => tf.sum(value(map)))(heatmap!) },
    };
  };
  const inputs = {
    heatmap: host(heat, [1, 1, 4]),
    mask: host(
      [0, 1, 2, 3].map((d) => Math.exp(-d)),
      [1, 1, 4],
    ),
  };
  const { value, gradient } = await runOnce(oracle, program, inputs);
  return { value: numbers(value)[0]!, gradient: numbers(gradient) };
}

describe('the overlap distance', () => {
  it('is the distance in reaches of much heat in one place, whatever its scale', async () => {
    for (const [cell, heat] of [
      [1, 1e3],
      [3, 1e5],
    ] as const) {
      const at = [0, 0, 0, 0].with(cell, heat);
      expect((await distanceOf(at)).value).toBeCloseTo(cell, 2);
    }
    const [cool, hot] = [await distanceOf([10, 40, 0, 20]), await distanceOf([1000, 4000, 0, 2000])];
    expect(hot.value).toBeCloseTo(cool.value, 1);
    expect((await distanceOf([5, 0, 0, 0])).value).toBe(0);
    expect((await distanceOf([0, 0, 0, 0])).value).toBe(0);
  });

  it.each([
    ['no overlap', [0, 0, 0, 4]],
    ['no overlap, all as far', [0, 2, 0, 0]],
    ['half an overlap, which CEOD takes for a whole one', [2, 0, 2, 0]],
    ['nearly all inside', [5, 0.1, 0, 0]],
    ['little heat', [0, 0, 0.01, 0]],
  ])('has the gradient that finite differences give with %s, and it is not zero on the heat', async (_, heat) => {
    const { gradient } = await distanceOf(heat);
    const step = 2e-3;
    for (const cell of heat.keys()) {
      const moved = async (by: number) => (await distanceOf(heat.with(cell, heat[cell]! + by))).value;
      expect(gradient[cell]).toBeCloseTo(((await moved(step)) - (await moved(-step))) / (2 * step), 2);
    }
    const [all, inside] = [heat.reduce((sum, h) => sum + h, 0), heat.reduce((sum, h, d) => sum + h * Math.exp(-d), 0)];
    const along = heat.reduce((sum, h, cell) => sum + h * gradient[cell]!, 0);
    expect(along).toBeCloseTo((0.1 * (all - inside)) / ((all + 0.1) * (inside + 0.1)), 4);
    expect(along).toBeGreaterThan(0);
    expect(Math.max(...gradient.map(Math.abs))).toBeLessThanOrEqual(10);
  });

  it('pulls nothing away where all heat is inside, and pushes what would appear outside', async () => {
    const { gradient } = await distanceOf([5, 0, 0, 0]);
    expect(gradient[0]).toBeCloseTo(0, 6);
    expect(gradient.slice(1).every((slope) => slope > 0.1)).toBe(true);
  });
});

describe('ceod-v2', () => {
  it('keeps the contract of losses', async () => {
    const options = { weight: 1, target: 'label', images: 'all' };
    await expect(checkLoss(ceodV2, { engines: [onnx, oracle], options, plugins: [gradCam] })).resolves.toBeUndefined();
  });

  it('guides where there is no overlap at all, and where there is nothing but', async () => {
    const loss = await buildPlugin(ceodV2, { weight: 1 }, { plugins: [gradCam] });
    const plain = await buildPlugin(ceodV2, { weight: 0 }, { plugins: [gradCam] });
    const area = lossCase['aoi']!;
    const gradientWith = async (inputs: HostTensors) => {
      const [guided, free] = [
        await runOnce(oracle, lossProgram(loss, true), inputs),
        await runOnce(oracle, lossProgram(plain, true), inputs),
      ];
      const difference = numbers(guided['byFilter']).map((value, i) => value - numbers(free['byFilter'])[i]!);
      return { size: Math.hypot(...difference), od: numbers(guided['od'])[0]! };
    };
    const filled = (value: number) => ({
      ...lossCase,
      aoi: { ...area, data: new Float32Array(area.data.length).fill(value) },
    });
    expect((await gradientWith(lossCase)).size).toBeGreaterThan(1e-3);
    // The whole image, or no area: nothing lies outside.
    for (const value of [0, 1])
      expect(await gradientWith(filled(value))).toEqual({ size: closeToZero, od: closeToZero });
  });
  const closeToZero = expect.closeTo(0, 5) as unknown as number;

  it.each([{ weight: -1 }, { reach: 0.01 }, { omega: 1 }, { images: 'good' }])('refuses %j', async (options) => {
    expect((await ceodV2.options['~standard'].validate(options)).issues).toHaveLength(1);
  });
});
