import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emptyMask, encodePng, fillPolygon } from '@foveate/image';
import { greyPng16 } from '../../../packages/image/src/testing/sixteen-bits.js';
import { commandLine } from './testing/command-line.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-dataset-'));
afterAll(() => rmSync(root, { recursive: true }));

const foveate = commandLine(root);

function write(path: string, content: Uint8Array | string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** A grey picture that differs from all others in where it is bright. */
async function picture(path: string, seed: number): Promise<void> {
  const data = Uint8Array.from({ length: 40 * 40 * 3 }, (_, i) => (((i / 3) | 0) * (seed + 3) * 7919) % 251);
  write(path, await encodePng({ width: 40, height: 40, channels: 3, data }));
}

const config = {
  data: {
    source: { id: 'folders', root: 'parts', classes: { good: 'good', bad: 'dent' }, mask: '_mask.png' },
    aoi: { id: 'template', shape: { kind: 'band', direction: 'vertical', from: 0.5, to: 1 } },
    label: { id: 'aoi' },
    split: { id: 'stratified', train: 0.5, validation: 0.25, test: 0.25 },
    size: 32,
  },
  model: { id: 'custom-cnn', channels: [4, 4] },
  explain: { id: 'grad-cam', images: 0 },
  training: { epochs: 1, batchSize: 8 },
};

beforeAll(async () => {
  for (let i = 0; i < 8; i++) {
    await picture(`parts/good/${i}.png`, i);
    await picture(`parts/bad/${i}.png`, 20 + i);
    // 0 to 4 in the right half, 5 on the middle, 6 in the left half; 7 has no mask.
    const x = i < 5 ? 30 : i === 5 ? 15 : 2;
    const mask = fillPolygon(emptyMask(40, 40), [[x, 4], [x + 8, 4], [x + 8, 9], [x, 9]]); // prettier-ignore
    if (i < 7) write(`parts/bad/${i}_mask.png`, await encodePng(mask));
  }
  write('parts/good/broken.png', 'no picture');
  write('parts/bad/lost_mask.png', await encodePng(emptyMask(40, 40)));
  symlinkSync('nowhere.png', join(root, 'parts/good/gone.png'));
  write('parts.json', JSON.stringify(config));
});

describe('defects without masks', () => {
  const bare = { ...config.data, source: { id: 'folders', root: 'bare', classes: { good: 'good', bad: 'dent' } } };
  beforeAll(async () => {
    for (let i = 0; i < 4; i++) {
      await picture(`bare/good/${i}.png`, i);
      await picture(`bare/bad/${i}.png`, 20 + i);
    }
  });

  it('are told how to count all the same', () => {
    write('bare.json', JSON.stringify({ data: bare }));
    const { stdout } = foveate('dataset', 'inspect', 'bare.json');
    const advice = /label: (\{ id: aoi, byGeometry: false \})/.exec(stdout)?.[1] ?? '';
    const advised = foveate('dataset', 'inspect', 'bare.json', '--json', '--set', `data.label=${advice}`);
    expect(JSON.parse(advised.stdout)).toMatchObject({ usable: 8 });
  });

  it('end an inspection with the code of missing data where nothing else is there, as JSON too', () => {
    write('empty.json', JSON.stringify({ data: { ...bare, source: { ...bare.source, classes: { bad: 'dent' }, mask: '_m.png' } } })); // prettier-ignore
    const { status, stdout, stderr } = foveate('dataset', 'inspect', 'empty.json');
    expect(status).toBe(3);
    expect(stderr).toMatch(/^error DATA_INSUFFICIENT: .*empty\.json/);
    expect(stdout).toContain('4 mask-missing');
    const json = foveate('dataset', 'inspect', 'empty.json', '--json');
    expect([json.status, (JSON.parse(json.stdout) as { usable: number }).usable]).toEqual([3, 0]);
  });
});

describe('images of 12 bits in 16', () => {
  it('are warned of, with the range that mends it', () => {
    for (let i = 0; i < 8; i++) {
      const folder = i % 2 === 0 ? 'good' : 'bad';
      const levels = Array.from({ length: 40 * 40 }, (_, at) => ((at + i) * 7919) % 4096);
      write(`deep/${folder}/${i}.png`, greyPng16(40, 40, levels));
    }
    const source = { id: 'folders', root: 'deep', classes: { good: 'good', bad: 'dent' }, requireMasks: false };
    write('deep.json', JSON.stringify({ data: { ...config.data, source, label: { id: 'aoi', byGeometry: false } } }));
    const dark = foveate('dataset', 'inspect', 'deep.json');
    expect(dark.status).toBe(0);
    const range = /valueRange: (\[0, \d+\])/.exec(dark.stdout)?.[1] ?? '';
    expect(range).toBe('[0, 4095]');
    const advised = foveate('dataset', 'inspect', 'deep.json', '--json', '--set', `data.source.valueRange=${range}`);
    expect(JSON.parse(advised.stdout)).toMatchObject({ depth: { images: 8, range: [0, 4095] } });
    expect(advised.stdout).not.toContain('warning');
  });
});

describe('foveate dataset inspect', () => {
  it('shows classes, labels, splits and what is left out', () => {
    const { status, stdout, stderr } = foveate('dataset', 'inspect', 'parts.json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('Data        parts: 14 images, 5 left out');
    expect(stdout).toContain('Size        40x40 (15)');
    expect(stdout).toContain('AOI         50.0% of the image (14 images looked at)');
    expect(stdout).toMatch(/^shows +good +defective +left out +train +validation +test$/m);
    expect(stdout).toMatch(/^good +8 +0 +1 /m);
    expect(stdout).toMatch(/^dent +1 +5 +1 /m);
    for (const reason of ['between-thresholds', 'link-broken', 'mask-missing', 'mask-without-image', 'not-an-image']) {
      expect(stdout).toContain(`  1 ${reason}`);
    }
    expect(stdout).toContain('bad/7.png: There is no mask bad/7_mask.png');
  });

  it('gives one JSON document and writes a page', () => {
    const { status, stdout } = foveate('dataset', 'inspect', 'parts.json', '--json', '--sheet', 'out/sheet.html', '--limit', '2'); // prettier-ignore
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ usable: 14, leftOut: 5, duplicates: [] });
    const page = readFileSync(join(root, 'out/sheet.html'), 'utf8');
    // Two each of good, dented, dented off the area and dented on its edge, where there are as many.
    expect(page.match(/<figure>/g)).toHaveLength(6);
    expect(page).toContain('bad/5.png');
  });

  it('shows a manifest that is wrong with file and line', () => {
    write('list.csv', 'image,type\nparts/good/0.png,good\n../secret.png,good\n');
    write(
      'list.json',
      JSON.stringify({ ...config, data: { ...config.data, source: { id: 'manifest', file: 'list.csv' } } }),
    );
    const { status, stdout, stderr } = foveate('dataset', 'inspect', 'list.json');
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toMatch(
      /^error DATA_INVALID: .*list\.csv:3: The path leads out of the data set .*'\.\.\/secret\.png'/,
    );
  });
});

describe('foveate dataset build', () => {
  it('locks data that training then insists on', async () => {
    const built = foveate('dataset', 'build', 'parts.json', '--out', 'parts.lock');
    expect({ status: built.status, stderr: built.stderr }).toEqual({ status: 0, stderr: '' });
    expect(built.stdout).toContain('Locked      14 samples');
    expect(readFileSync(join(root, 'parts.lock'), 'utf8').trim().split('\n')).toHaveLength(15);

    const locked = ['train', '--config', 'parts.json', '--set', 'data.lock=parts.lock', '--out'];
    expect(foveate(...locked, 'runs/same').status).toBe(0);

    expect(foveate('evaluate', 'runs/same').status).toBe(0);
    const inspect = ['dataset', 'inspect', 'parts.json', '--set', 'data.lock=parts.lock'];
    expect(foveate(...inspect).stdout).toContain('Lock        as locked in parts.lock');
    const again = foveate('dataset', 'build', 'parts.json', '--out', 'parts.lock');
    expect(again.stderr).toMatch(/^error OUTPUT_EXISTS: parts\.lock: .*--overwrite/);
    expect(foveate('dataset', 'build', 'parts.json', '--out', 'parts.lock', '--overwrite').status).toBe(0);

    await picture('parts/good/3.png', 99);
    const evaluated = foveate('evaluate', 'runs/same');
    expect([evaluated.status, evaluated.stdout]).toEqual([3, '']);
    expect(evaluated.stderr).toContain('parts/good/3.png has other content');
    expect(foveate(...inspect).stdout).toMatch(/^Lock +.*1 of 14 samples differ/m);
    const refused = foveate(...locked, 'runs/changed');
    expect(refused.status).toBe(3);
    expect(refused.stderr).toMatch(
      /DATA_INVALID: .*parts\.lock: The data is not what was locked: 1 of 14 samples differ/,
    );
    expect(refused.stderr).toContain('parts/good/3.png has other content');

    const warned = foveate(...locked, 'runs/warned', '--set', 'data.lockMismatch=warn');
    expect(warned.status).toBe(0);
    expect(warned.stdout).toContain('parts/good/3.png has other content');
    expect(foveate('evaluate', 'runs/warned').stderr).toContain('parts/good/3.png has other content');
  });

  it('refuses a folder it cannot write to and a lock that is not there', () => {
    expect(foveate('dataset', 'build', 'parts.json', '--out', 'parts.json/x.lock').status).toBe(4);
    const { status, stderr } = foveate('train', '--config', 'parts.json', '--set', 'data.lock=none.lock', '--out', 'runs/none'); // prettier-ignore
    expect(status).toBe(3);
    expect(stderr).toContain('The lock of the data cannot be read');
  });
});
