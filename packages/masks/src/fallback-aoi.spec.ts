import { describe, expect, it } from '@jest/globals';
import { fail, type AreaOfInterest, type Sample, type SampleImages } from '@foveate/contracts';
import { fallbackAoi, sourceAoi, templateAoi } from './index.js';

const sample: Sample = { id: 'a17', defectTypes: [] };
const image = { width: 4, height: 2, channels: 3 as const, data: new Uint8Array(24) };
const mask = { width: 4, height: 2, channels: 1 as const, data: new Uint8Array(8).fill(255) };
const bare: SampleImages = { image, defects: [] };

const context = { baseFolder: '/', seed: 1, get: () => Promise.reject(new Error('not asked for')) };
const shape = { kind: 'band', direction: 'vertical', from: 0, to: 0.5 } as const;
const source = { id: 'source', service: await sourceAoi.register({}, context) };
const template = { id: 'template', service: await templateAoi.register({ shape }, context) };

describe('fallback', () => {
  it('takes the first that has an area, and says which', async () => {
    const aoi = await fallbackAoi.register({ of: [source, template] }, context);
    expect(await aoi.areaOfInterest(sample, { ...bare, aoi: mask })).toEqual({
      ...mask,
      origin: { source: 'data set' },
    });
    const second = await aoi.areaOfInterest(sample, bare);
    expect(second.origin).toEqual({ source: 'template' });
    expect([...second.data]).toEqual([255, 255, 0, 0, 255, 255, 0, 0]);
  });

  it('says of each why it has none', async () => {
    const aoi = await fallbackAoi.register({ of: [source] }, context);
    await expect(aoi.areaOfInterest(sample, bare)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(/Nothing gives an area of interest for 'a17': source: .*no area-of-interest mask/),
    });
  });

  it('names a plugin that names no origin, and hides none of its failures', async () => {
    const plain = { areaOfInterest: () => Promise.resolve<AreaOfInterest>(mask) };
    const gone = { areaOfInterest: () => Promise.reject(fail({ code: 'PATH_MISSING', what: 'The store is gone' })) };
    const aoi = await fallbackAoi.register({ of: [{ id: 'plain', service: plain }] }, context);
    expect((await aoi.areaOfInterest(sample, bare)).origin).toEqual({ source: 'plain' });
    const failing = await fallbackAoi.register({ of: [gone, plain].map((service) => ({ id: 'x', service })) }, context);
    await expect(failing.areaOfInterest(sample, bare)).rejects.toMatchObject({ code: 'PATH_MISSING' });
  });
});
