import { describe, expect, it } from '@jest/globals';
import type { AoiProvider, Mask, PluginContext, Sample, SampleImages } from '@foveate/contracts';
import { emptyMask, maskArea } from '@foveate/image';
import { readFile } from 'node:fs/promises';
import {
  fallbackAoi,
  registeredAoi,
  sourceAoi,
  storeAoi,
  templateAoi,
  templateMask,
  wholeAoi,
  type TemplateShape,
} from './index.js';

const context: PluginContext = {
  baseFolder: '/',
  seed: 1,
  get: () => {
    throw new Error('no other plugin is needed');
  },
};
const sample: Sample = { id: 'a17', defectTypes: [] };

function images(width: number, height: number, aoi?: Mask): SampleImages {
  const image = { width, height, channels: 3 as const, data: new Uint8Array(width * height * 3) };
  return { image, defects: [], ...(aoi === undefined ? {} : { aoi }) };
}

async function template(shape: TemplateShape | TemplateShape[]): Promise<AoiProvider> {
  return templateAoi.register({ shape }, context);
}

const picture = (mask: Mask): string[] =>
  Array.from({ length: mask.height }, (_, y) =>
    [...mask.data.slice(y * mask.width, (y + 1) * mask.width)].map((value) => (value === 0 ? '.' : '#')).join(''),
  );

describe('template', () => {
  it('draws bands', () => {
    const vertical = templateMask({ kind: 'band', direction: 'vertical', from: 0.25, to: 0.75 }, 8, 2);
    expect(picture(vertical)).toEqual(['..####..', '..####..']);
    const horizontal = templateMask({ kind: 'band', direction: 'horizontal', from: 0, to: 0.5 }, 3, 4);
    expect(picture(horizontal)).toEqual(['###', '###', '...', '...']);
    // 103 columns: the band is 25.75 to 77.25, centres 26.5 to 76.5.
    expect(maskArea(templateMask({ kind: 'band', direction: 'vertical', from: 0.25, to: 0.75 }, 103, 1))).toBe(51);
  });

  it('draws rectangles and polygons in shares of each side', () => {
    expect(picture(templateMask({ kind: 'rectangle', x: 0.5, y: 0.25, width: 0.5, height: 0.5 }, 4, 4))).toEqual([
      '....',
      '..##',
      '..##',
      '....',
    ]);
    // Cut off at the right edge.
    expect(maskArea(templateMask({ kind: 'rectangle', x: 0.75, y: 0, width: 1, height: 1 }, 4, 4))).toBe(4);
    const triangle: TemplateShape = { kind: 'polygon', points: [[0, 0], [1, 0], [0, 1]] }; // prettier-ignore
    expect(picture(templateMask(triangle, 4, 2))).toEqual(['###.', '#...']);
  });

  it('draws ellipses and rings by the centres of pixels', () => {
    const ellipse = { kind: 'ellipse', x: 0.5, y: 0.5, width: 1, height: 1 } as const;
    expect(picture(templateMask(ellipse, 6, 4))).toEqual(['.####.', '######', '######', '.####.']);
    // Turned about its middle in pixels: wide as it was high.
    expect(picture(templateMask({ ...ellipse, height: 0.5, angle: 90 }, 8, 8))).toEqual([
      '...##...',
      '..####..',
      '..####..',
      '..####..',
      '..####..',
      '..####..',
      '..####..',
      '...##...',
    ]);
    const ring = templateMask({ kind: 'ring', x: 0.5, y: 0.5, width: 1, height: 1, hole: 0.5 }, 6, 6);
    expect(picture(ring)).toEqual(['.####.', '######', '##..##', '##..##', '######', '.####.']);
    // Centres on the edge are inside.
    expect(picture(templateMask({ ...ellipse, width: 4 / 5, height: 4 / 5 }, 5, 5))).toEqual([
      '..#..',
      '.###.',
      '#####',
      '.###.',
      '..#..',
    ]);
    expect(maskArea(templateMask({ ...ellipse, x: 0 }, 8, 8))).toBe(maskArea(templateMask(ellipse, 8, 8)) / 2);
    const large = templateMask(
      { kind: 'ring', x: 0.5, y: 0.5, width: 0.8, height: 0.6, hole: 0.5, angle: 30 },
      1000,
      1000,
    );
    expect(maskArea(large) / 1e6).toBeCloseTo(Math.PI * 0.4 * 0.3 * 0.75, 3);
  });

  it('takes several shapes as one area', () => {
    const bands: TemplateShape[] = [
      { kind: 'band', direction: 'vertical', from: 0, to: 0.25 },
      { kind: 'band', direction: 'vertical', from: 0.75, to: 1 },
      { kind: 'band', direction: 'horizontal', from: 0.5, to: 1 },
    ];
    expect(picture(templateMask(bands, 8, 2))).toEqual(['##....##', '########']);
  });

  it('serves each image at its size', async () => {
    const provider = await template({ kind: 'band', direction: 'vertical', from: 0, to: 0.5 });
    expect(maskArea(await provider.areaOfInterest(sample, images(4, 3)))).toBe(6);
    expect(maskArea(await provider.areaOfInterest(sample, images(10, 1)))).toBe(5);
  });

  it.each<[string, TemplateShape | TemplateShape[]]>([
    ['band', { kind: 'band', direction: 'vertical', from: 0.5, to: 0.5 }],
    ['band the wrong way round', { kind: 'band', direction: 'horizontal', from: 0.7, to: 0.3 }],
    ['polygon on a line', { kind: 'polygon', points: [[0, 0], [0.5, 0.5], [1, 1]] }], // prettier-ignore
    ['rectangle off the image', { kind: 'rectangle', x: 1, y: 0, width: 0.5, height: 1 }],
    ['second shape', [{ kind: 'band', direction: 'vertical', from: 0, to: 0.5 }, { kind: 'band', direction: 'vertical', from: 0.5, to: 0.5 }]], // prettier-ignore
  ])('refuses a %s without area before any data is read', async (_name, shape) => {
    await expect(template(shape)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('refuses an image too small for it', async () => {
    const provider = await template({ kind: 'band', direction: 'vertical', from: 0.5, to: 0.51 });
    await expect(provider.areaOfInterest(sample, images(4, 4))).rejects.toMatchObject({
      parts: { reason: 'aoi-empty' },
    });
  });

  it.each([
    { shape: { kind: 'circle', x: 0.5 } },
    { shape: { kind: 'band', direction: 'vertical', from: -0.1, to: 0.5 } },
    { shape: { kind: 'polygon', points: [[0, 0], [1, 1]] } }, // prettier-ignore
    { shape: { kind: 'rectangle', x: 0, y: 0, width: 1, height: 1, angle: 3 } },
    { shape: { kind: 'ring', x: 0.5, y: 0.5, width: 1, height: 1, hole: 1 } },
    { shape: { kind: 'ellipse', x: 0.5, y: 0.5, width: 0, height: 1 } },
  ])('does not accept the options %j', async (options) => {
    const result = await templateAoi.options['~standard'].validate(options);
    expect(result.issues?.length).toBeGreaterThan(0);
  });
});

describe('source', () => {
  const provider = async (): Promise<AoiProvider> => sourceAoi.register({}, context);

  it('passes on what the data set has, all white included', async () => {
    const aoi = emptyMask(4, 4, 255);
    expect(await (await provider()).areaOfInterest(sample, images(4, 4, aoi))).toMatchObject(aoi);
  });

  it.each([
    ['aoi-missing', undefined, "no area-of-interest mask for 'a17'"],
    ['aoi-empty', emptyMask(128, 128), "'a17' is black all over"],
    ['aoi-size', emptyMask(64, 64, 255), "'a17' is 64x64 but its image is 128x128"],
  ])('refuses with %s', async (reason, aoi, text) => {
    await expect((await provider()).areaOfInterest(sample, images(128, 128, aoi))).rejects.toMatchObject({
      code: 'DATA_INVALID',
      parts: { reason },
      message: expect.stringContaining(text),
    });
  });
});

describe('whole', () => {
  it('is white all over', async () => {
    const provider = await wholeAoi.register({}, context);
    expect(maskArea(await provider.areaOfInterest(sample, images(5, 3)))).toBe(15);
  });
});

it('lists its plugins in package.json as the code has them', async () => {
  const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
    foveate: { plugins: { export: string }[] };
  };
  const code = Object.entries({ fallbackAoi, registeredAoi, sourceAoi, storeAoi, templateAoi, wholeAoi }).map(
    ([name, { meta }]) => ({
      kind: meta.kind,
      id: meta.id,
      export: name,
      summary: meta.summary,
    }),
  );
  expect(manifest.foveate.plugins).toEqual(code);
});
