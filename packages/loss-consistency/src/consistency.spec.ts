import { afterAll, describe, expect, it } from '@jest/globals';
import type { HostTensor, HostTensors } from '@foveate/contracts';
import { onnxEngine } from '@foveate/engine-onnx';
import { tfjsEngine } from '@foveate/engine-tfjs';
import { buildPlugin, checkLoss, expectClose, lossCase, lossProgram, runOnce } from '@foveate/testkit';
import { consistency } from './index.js';

const onnx = onnxEngine({ threads: 2 });
const oracle = tfjsEngine();
afterAll(() => {
  onnx.dispose();
  oracle.dispose();
});

const numbers = (tensor: HostTensor | undefined): number[] => [...(tensor?.data ?? [])];
const program = async (options: object) => lossProgram(await buildPlugin(consistency, options), true);
const run = async (options: object, inputs: HostTensors = lossCase) => runOnce(oracle, await program(options), inputs);
const difference = (a: HostTensors, b: HostTensors) =>
  numbers(a['perSample']).map((value, i) => value - numbers(b['perSample'])[i]!);

const arms: object[] = (['swap', 'blur', 'mean'] as const).flatMap((disturb) => [
  { disturb },
  { disturb, measure: 'logits', images: 'defective', teach: 'disturbed' },
]);

describe.each(arms)('consistency with %j', (options) => {
  it('keeps the contract of losses', async () => {
    await expect(checkLoss(consistency, { engines: [onnx, oracle], options })).resolves.toBeUndefined();
  });

  it('has the same gradient on both engines, by the images too', async () => {
    const [got, expected] = [
      await runOnce(onnx, await program(options), lossCase),
      await runOnce(oracle, await program(options), lossCase),
    ];
    for (const [name, tensor] of Object.entries(expected)) expectClose(name, got[name], tensor, 1e-4);
    expect(numbers(expected['divergence'])[0]).toBeGreaterThan(1e-4);
  });
});

describe('consistency', () => {
  it('is cross-entropy when the weight is 0 and the batch teaches', async () => {
    const plain = await run({ weight: 0, teach: 'batch' });
    expect(numbers(plain['loss'])[0]).toBeCloseTo(numbers(plain['ce'])[0]!, 6);
  });

  it('teaches with the images it is told to', async () => {
    const [batch, disturbed, both] = [
      await run({ teach: 'batch' }),
      await run({ teach: 'disturbed' }),
      await run({ teach: 'both' }),
    ].map(({ ce }) => numbers(ce)[0]!) as [number, number, number];
    expect(disturbed).not.toBeCloseTo(batch, 3);
    expect(both).toBeCloseTo((batch + disturbed) / 2, 5);
  });

  it('disturbs the images it is told to', async () => {
    const [plain, defective, all] = [
      await run({ weight: 0, teach: 'batch', measure: 'logits' }),
      await run({ weight: 1, teach: 'batch', measure: 'logits', images: 'defective' }),
      await run({ weight: 1, teach: 'batch', measure: 'logits' }),
    ];
    // Samples 0 and 1 are defective, sample 2 is not; sample 0 changes places with sample 2.
    expect(difference(defective, plain)[2]).toBe(0);
    expect(difference(all, plain)[2]).toBeGreaterThan(1e-3);
    difference(defective, all)
      .slice(0, 2)
      .forEach((value) => expect(value).toBeCloseTo(0, 6));
  });

  it('asks nothing where there is no outside, and is finite where there is no inside', async () => {
    const aoi = lossCase['aoi'] as HostTensor;
    const filled = (value: number) => ({ ...lossCase, aoi: { ...aoi, data: new Float32Array(1200).fill(value) } });
    for (const disturb of ['swap', 'blur', 'mean']) {
      expect(numbers((await run({ disturb }, filled(1)))['divergence'])[0]).toBeCloseTo(0, 6);
      const nothingInside = await run({ disturb }, filled(0));
      expect(Object.values(nothingInside).flatMap(numbers).every(Number.isFinite)).toBe(true);
    }
  });

  it.each([{ weight: -1 }, { disturb: 'shuffle' }, { teach: 'none' }])('refuses %j', async (options) => {
    expect((await consistency.options['~standard'].validate(options)).issues).toHaveLength(1);
  });
});
