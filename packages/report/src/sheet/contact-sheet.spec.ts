import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emptyMask, encodeJpeg, encodePng, fillPolygon } from '@foveate/image';
import { chromium, type Browser, type Page } from 'playwright-core';
import { renderContactSheet, type Inspection, type Picture } from '../index.js';

const executablePath = '/usr/bin/chromium';
const present = existsSync(executablePath);

const inspection: Inspection = {
  name: 'tiles <of> "1881"',
  source: 'folders',
  usable: 1230,
  leftOut: 14,
  classes: [
    { types: 'good', good: 1000, defective: 0, leftOut: 0, splits: { train: 700, validation: 200, test: 100 } },
    { types: 'a-defect-with-a-very-long-name + another', good: 30, defective: 200, leftOut: 12, splits: { train: 161, validation: 46, test: 23 } },
  ],
  undivided: undefined,
  sizes: ['64x48', '128x96', '100x100', '50x50', '640x480'].map((value, i) => ({ value, count: 9 - i })),
  modes: [{ value: 'grey 8 bit, png', count: 1244 }],
  coverage: { examined: 500, least: 0.1, median: 0.25, most: 0.5 },
  duplicates: [
    { ids: ['a', 'b'], similarity: 1, labelsDiffer: false, treated: true },
    { ids: ['c', 'd', 'e', 'f', 'g', 'h', 'i'], similarity: 0.91, labelsDiffer: true, treated: true },
  ],
  problems: [
    { reason: 'between-thresholds', count: 12, examples: [{ path: 'x.png', message: 'lies 40% inside' }] },
    { reason: 'mask-missing', count: 2, examples: [{ path: 'y.png', message: 'no <mask>' }, { path: 'z.png', message: 'none' }] },
  ],
}; // prettier-ignore

async function picture(over: Partial<Picture>): Promise<Picture> {
  const [width, height] = [60, 40];
  const square = fillPolygon(emptyMask(width, height), [[10, 10], [30, 10], [30, 30], [10, 30]]); // prettier-ignore
  const image = { width, height, channels: 3 as const, data: new Uint8Array(width * height * 3).fill(120) };
  return {
    id: 'line/good/a-file-name-that-is-quite-long-and-has-no-space.png',
    types: 'good',
    outcome: 'good',
    split: 'train',
    reason: 'no defect',
    width,
    height,
    image: await encodeJpeg(image),
    aoi: await encodePng(square),
    defects: undefined,
    ...over,
  };
}

let pictures: readonly Picture[];
let source: string;
beforeAll(async () => {
  const dent = { types: 'dent', defects: (await picture({})).aoi };
  pictures = [
    await picture({}),
    await picture({ ...dent, id: '<b>', outcome: 'defective', split: 'test', reason: 'lies 100% inside' }),
    await picture({ ...dent, id: 'c', outcome: 'left out', split: undefined, reason: 'between-thresholds: 40%', aoi: undefined }),
  ]; // prettier-ignore
  source = renderContactSheet(inspection, pictures, [pictures.slice(0, 2)]);
});

/** The page's text, tags replaced by spaces. */
function textOf(page: string): string {
  return page
    .replace(/<style>[^]*?<\/style>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

describe('renderContactSheet', () => {
  it('says what there is, how it was labelled and what was left out', () => {
    const text = textOf(source);
    expect(text).toContain('1,230 images to learn and measure with, 14 left out.');
    expect(text).toContain('Size 5 different, 50x50 to 640x480');
    expect(text).toContain('AOI 10.0% to 50.0%, median 25.0% of the image (500 images looked at)');
    expect(text).toContain('good 1,000 0 0 700 200 100');
    expect(text).toContain('with different labels 1 group c, d, e, f, g, h and 1 more similarity 0.91');
    expect(text).toContain('between-thresholds 12 files x.png lies 40% inside and 11 more');
    expect(text).toContain('dent left out');
    expect(text).toContain(
      '<b>'.replaceAll('<', '&lt;').replaceAll('>', '&gt;') + ' dent, defective test, lies 100% inside',
    );
    expect(text).toContain('between-thresholds: 40%');
  });

  it('outlines the area in one colour and the defect in another', () => {
    const layers = [...source.matchAll(/filter="url\(#([\w-]+)\)"/g)].map((match) => match[1]);
    // The first two pictures come again as copies of each other.
    const first = ['outline-aoi', 'outline-aoi', 'outline-defects'];
    expect(layers).toEqual([...first, 'outline-defects', ...first]);
  });

  it('says why the samples cannot be divided instead of how', () => {
    const classes = inspection.classes.map((row) => ({ ...row, splits: undefined }));
    const text = textOf(renderContactSheet({ ...inspection, classes, undivided: 'A split lacks a class' }, [], []));
    expect(text).toContain('cannot be divided: A split lacks a class');
    expect(text).not.toContain('validation');
    expect(text).not.toContain('Examples');
  });

  it('needs nothing but itself, escapes names and is the same each time', () => {
    expect(source).not.toMatch(/<script|<link|@import|https?:|url\((?!#)/);
    expect(source).not.toMatch(/\s(?:src|href)="(?!#|data:)/);
    expect(source).toContain('tiles &lt;of&gt; &quot;1881&quot;');
    expect(source).not.toContain('<b>');
    expect(renderContactSheet(inspection, pictures, [pictures.slice(0, 2)])).toBe(source);
  });
});

(present ? describe : describe.skip)('the sheet in a browser', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    page = await browser.newPage({ viewport: { width: 360, height: 740 } });
    await page.setContent(source, { waitUntil: 'load' });
  });
  afterAll(() => browser?.close());

  it('is well-formed and no wider than a phone', async () => {
    const found = await page.evaluate(`({
      errors: new DOMParser()
        .parseFromString(${JSON.stringify(source.replace('<!DOCTYPE html>', ''))}, 'application/xml')
        .querySelectorAll('parsererror').length,
      overflow: document.documentElement.scrollWidth - window.innerWidth,
      pictures: document.querySelectorAll('figure').length,
      open: document.querySelectorAll('details[open]').length,
    })`);
    expect(found).toEqual({ errors: 0, overflow: 0, pictures: 5, open: 1 });
  });
});
