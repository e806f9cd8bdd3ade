import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { encodePng } from '@foveate/image';
import { chromium } from 'playwright-core';
import { renderAugmentPreview } from './index.js';
import type { AugmentPreview, PreviewStep } from './index.js';

const executablePath = '/usr/bin/chromium';
const present = existsSync(executablePath);
if (!present) console.log(`There is no ${executablePath}: the preview is not tested in a browser.`);

const size = 24;
const steps: readonly PreviewStep[] = [
  { id: 'affine', parameters: { angle: -3.14159, border: 'reflect' } },
  { id: 'dropout', parameters: { rectangles: [{ x: 1 }, { x: 2 }] }, undone: 'between-thresholds' },
  { id: 'perspective', parameters: { corners: [[1, 2], [3, 4], [5, 6], [7, 8]] } }, // prettier-ignore
  { id: 'noise', parameters: { seed: 4105411492, shot: 0.02 } },
];

let preview: AugmentPreview;
beforeAll(async () => {
  const draw = (value: (x: number, y: number) => number) =>
    encodePng({
      width: size,
      height: size,
      channels: 1,
      data: Uint8Array.from({ length: size * size }, (_, i) => value(i % size, Math.floor(i / size))),
    });
  const picture = {
    image: await draw((x, y) => 100 + ((x * y) % 50)),
    aoi: await draw((x) => (x > 6 && x < 18 ? 255 : 0)),
    defects: await draw((x, y) => (x === 12 && y > 4 && y < 9 ? 255 : 0)),
  };
  const variants = [
    { ...picture, label: 0 as const, steps },
    { ...picture, label: 1 as const, steps: [] },
  ];
  preview = {
    title: 'tiles & <zips>',
    seed: 7,
    width: size,
    height: size,
    operations: ['affine', 'dropout', 'perspective', 'noise'],
    samples: [{ id: 'bad/1.png', reason: "defect 'dent' lies 100% inside", label: 1, ...picture, variants }],
  };
});

/** What the page says, without its pictures. */
const text = (page: string) => page.replace(/data:[^"]*/g, 'data:').replace(/\s+/g, ' ');

describe('the preview page', () => {
  it('says what was drawn, what was taken back and which label changed', () => {
    const page = renderAugmentPreview(preview);
    expect(renderAugmentPreview(preview)).toBe(page);
    expect(text(page)).toContain('<h1>tiles &amp; &lt;zips&gt;</h1>');
    expect(text(page)).toContain('</span> angle −3.14, border reflect');
    expect(text(page)).toContain('rectangles (2) – taken back: between-thresholds');
    expect(text(page)).toContain('now good');
    expect(text(page).match(/now defective/g)).toBeNull();
    expect(text(page)).toContain('nothing was drawn');
    // The short line leaves the seed out, the record has it.
    expect(text(page)).toContain('</span> shot 0.0200');
    expect(text(page)).toContain('{&quot;seed&quot;:4105411492,&quot;shot&quot;:0.02}');
  });

  it('holds every picture once', () => {
    expect(renderAugmentPreview(preview).match(/data:image/g)).toHaveLength(3);
  });

  it('needs an image', () => {
    expect(() => renderAugmentPreview({ ...preview, samples: [] })).toThrow(/at least one image/);
  });

  (present ? it : it.skip)(
    'fits every screen, nests well and outlines both masks',
    async () => {
      const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
      try {
        const page = await browser.newPage();
        const source = renderAugmentPreview(preview);
        await page.setContent(source, { waitUntil: 'load' });
        for (const width of [360, 768, 1280]) {
          await page.setViewportSize({ width, height: 740 });
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        }
        const wellFormed = `!new DOMParser().parseFromString(${JSON.stringify(source)}, 'application/xhtml+xml').querySelector('parsererror')`;
        expect(await page.evaluate(wellFormed)).toBe(true);
        const png = await page.locator('.picture').first().screenshot();
        const hues = (await page.evaluate(`(async () => {
        const image = new Image();
        image.src = 'data:image/png;base64,${png.toString('base64')}';
        await image.decode();
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [image.width, image.height];
        const context = canvas.getContext('2d');
        context.drawImage(image, 0, 0);
        const { data } = context.getImageData(0, 0, image.width, image.height);
        let [cyan, pink] = [0, 0];
        for (let i = 0; i < data.length; i += 4) {
          if (data[i + 2] > data[i] + 80 && data[i + 1] > data[i] + 80) cyan++;
          if (data[i] > data[i + 1] + 80 && data[i + 2] > data[i + 1] + 40) pink++;
        }
        return { cyan: cyan / (data.length / 4), pink: pink / (data.length / 4) };
      })()`)) as { cyan: number; pink: number };
        expect(hues.cyan).toBeGreaterThan(0.02);
        expect(hues.pink).toBeGreaterThan(0.005);
      } finally {
        await browser.close();
      }
    },
    60_000,
  );
});
