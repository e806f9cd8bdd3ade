/** The page in a real browser, where there is one. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';
import { renderReport } from './index.js';
import { drawPictures, fabricate, predictionsOf } from './testing/fixture.js';

const executablePath = '/usr/bin/chromium';
const present = existsSync(executablePath);
if (!present) console.log(`There is no ${executablePath}: the page is not tested in a browser.`);

const predictions = predictionsOf(
  Array.from({ length: 40 }, (_, i) => [i % 2 === 0 ? 1 : 0, ((i * 37) % 100) / 100 + 0.001] as const),
);
const samples = predictions.map(({ id, label }, i) => ({
  id,
  split: 'test' as const,
  label,
  defectTypes: label === 1 ? [i % 4 === 0 ? 'split_teeth' : 'rough'] : [],
  reason: 'defect lies 97% inside the area of interest',
  shareInside: null,
}));

(present ? describe : describe.skip)('the page in a browser', () => {
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const requests: string[] = [];
  let source: string;

  beforeAll(async () => {
    await drawPictures();
    const { data } = fabricate(predictions).record;
    const skips = [{ path: 'images/broken.png', reason: 'image-truncated', message: 'Ends early.' }];
    source = renderReport([
      fabricate(predictions, { samples, data: { ...data, skips } }),
      fabricate(
        predictions.map((prediction) => ({ ...prediction, score: Math.min(1, prediction.score * 1.1) })),
        {
          name: 'ceod-with-a-name-that-simply-does-not-want-to-come-to-an-end',
          samples,
          loss: { id: 'ceod', options: { omega: 0.001, kernelOfTheMaskFilter: 'box-3x3-of-0.5' } },
        },
      ),
    ]);
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    page = await browser.newPage({ viewport: { width: 360, height: 740 } });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    await page.setContent(source, { waitUntil: 'load' });
  });
  afterAll(() => browser?.close());

  it('loads without a complaint and without the network', () => {
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([]);
  });

  it('has all sections', async () => {
    expect(await page.locator('h2').allTextContents()).toEqual([
      'Test figures',
      'Is the difference real?',
      'Where each run looks',
      'Right and wrong',
      'By type of defect',
      'Learning curves',
      'What was run',
    ]);
  });

  it.each([360, 768, 1200])('does not overflow at %d px', async (width) => {
    await page.setViewportSize({ width, height: 740 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });

  it('nests as it is written: read as XML it gives the same tree', async () => {
    // HTML parsers move what is wrongly nested; XML parsers refuse it.
    const trees = (await page.evaluate(
      `(text) => {
        const outline = (node) => node.localName + '(' + [...node.children].map(outline).join(' ') + ')';
        return ['text/html', 'application/xhtml+xml'].map((type) => {
          const parsed = new DOMParser().parseFromString(text, type);
          const error = parsed.querySelector('parsererror');
          return error ? error.textContent : outline(parsed.documentElement);
        });
      }`
        .replace(/^/, '(')
        .concat(`)(${JSON.stringify(source)})`),
    )) as [string, string];
    expect(trees[1]).toBe(trees[0]);
  });

  it('has names for whoever cannot see it, and no id twice', async () => {
    const problems = (await page.evaluate(`(() => {
      const found = [];
      for (const table of document.querySelectorAll('table')) {
        if (!table.caption || !table.caption.textContent.trim()) found.push('table without caption');
        for (const cell of table.querySelectorAll('th')) if (!cell.scope) found.push('th without scope');
        for (const row of table.tBodies[0].rows) if (row.cells[0].tagName !== 'TH') found.push('row without head');
      }
      for (const svg of document.querySelectorAll('svg')) {
        const named = svg.getAttribute('aria-label') || svg.getAttribute('aria-labelledby');
        if (svg.getAttribute('aria-hidden') !== 'true' && !(svg.getAttribute('role') === 'img' && named)) found.push('svg without name');
        for (const id of (svg.getAttribute('aria-labelledby') || '').split(' ').filter(Boolean))
          if (!document.getElementById(id)) found.push('name points nowhere: ' + id);
      }
      for (const use of document.querySelectorAll('use'))
        if (!document.querySelector(use.getAttribute('href'))) found.push('picture missing');
      const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
      if (new Set(ids).size !== ids.length) found.push('an id occurs twice');
      return found;
    })()`)) as string[];
    expect(problems).toEqual([]);
  });

  it('colours heat and draws the outline of the area of interest', async () => {
    await page.setViewportSize({ width: 1200, height: 900 });
    const png = await page.locator('.picture').nth(1).screenshot();
    // Read back through the browser: a warm pixel where the heat is, a white one on the outline's edge.
    const counted = (await page.evaluate(`(async () => {
      const image = new Image();
      image.src = 'data:image/png;base64,${png.toString('base64')}';
      await image.decode();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [image.width, image.height];
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, image.width, image.height);
      let [warm, white] = [0, 0];
      for (let i = 0; i < data.length; i += 4) {
        if (data[i] > data[i + 2] + 60) warm++;
        if (Math.min(data[i], data[i + 1], data[i + 2]) > 240) white++;
      }
      return { warm: warm / (data.length / 4), white: white / (data.length / 4) };
    })()`)) as { warm: number; white: number };
    expect(counted.warm).toBeGreaterThan(0.02);
    expect(counted.warm).toBeLessThan(0.4);
    expect(counted.white).toBeGreaterThan(0.005);
    expect(counted.white).toBeLessThan(0.1);
  });

  it('prints', async () => {
    expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
  });
});
