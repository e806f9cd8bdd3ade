import { describe, expect, it } from '@jest/globals';
import { factText } from './fact.js';
import { tableText } from './table.js';
import { widthOf, wrap } from './wrap.js';

const headings = ['run', 'split', 'images', 'accuracy', 'ROC AUC', 'loss', 'confusion', 'heatmap in AOI'];
const row = ['magnetic-tile-band', 'test', '134', '93.3%', '0.981', '0.1734', 'tn 70  fp 4  fn 5  tp 55', '61.9%'];

describe('a table', () => {
  it('has its columns side by side where nothing limits it', () => {
    expect(
      tableText(
        ['id', 'what it is'],
        [
          ['ce', 'Cross-entropy.'],
          ['ceod', 'More.'],
        ],
        Infinity,
      ),
    ).toBe(['id    what it is', 'ce    Cross-entropy.', 'ceod  More.'].join('\n'));
  });

  it.each([120, 80, 60, 40, 20])('fits %d columns and loses nothing', (width) => {
    const text = tableText(headings, [row, row], width);
    expect(widthOf(text)).toBeLessThanOrEqual(width);
    const words = (one: string) => one.replaceAll(/\s/g, '');
    for (const cell of row.filter((one) => !one.includes('  '))) expect(words(text)).toContain(words(cell));
  });

  it('keeps a count with its name', () => {
    const lines = tableText(headings, [row], 80).split('\n');
    expect(lines.some((line) => line.includes('tn 70'))).toBe(true);
    expect(lines.some((line) => line.includes('tp 55'))).toBe(true);
  });

  it('is a list of each row where its columns do not fit', () => {
    const text = tableText(['kind', 'id', 'what it is'], [['loss', 'ceod', 'Cross-entropy and overlap.']], 20);
    expect(text.split('\n')).toEqual([
      'loss',
      '  id        ceod',
      '  what it   Cross-en',
      '  is        tropy',
      '            and',
      '            overlap.',
    ]);
  });

  it('has room for wide characters', () => {
    const text = tableText(
      ['file', 'n'],
      [
        ['良品/图像-0001', '1'],
        ['a', '22'],
      ],
      Infinity,
    );
    expect(text.split('\n').map((line) => line.endsWith('1') && widthOf(line))).toEqual([false, 17, false]);
  });

  it('has headings without rows', () => {
    expect(tableText(['id', 'n'], [], 40)).toBe('id  n');
  });
});

describe('a fact', () => {
  it('goes on where its text began', () => {
    expect(factText('Data', 'train 28 and test 4', 24)).toBe('Data        train 28 and\n            test 4');
    expect(factText('Data', 'train 28', Infinity)).toBe('Data        train 28');
  });
});

describe('wrap', () => {
  it('leaves a path whole where it is to be copied', () => {
    expect(wrap('in /a/very/long/path here', 8, false)).toEqual(['in', '/a/very/long/path', 'here']);
    expect(wrap('in /a/very/long/path here', 8)).toEqual(['in', '/a/very/', 'long/pat', 'h here']);
  });
});
