/** Masks as a user keeps them. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emptyMask, encodePng } from '@foveate/image';
import { identifyImage, openMaskStore } from '@foveate/mask-store';
import type { MaskEntry, StoreCheck } from '@foveate/mask-store';
import { commandLine } from './testing/command-line.js';

const root = mkdtempSync(join(tmpdir(), 'foveate-masks-'));
afterAll(() => rmSync(root, { recursive: true }));

const foveate = commandLine(root, { COLUMNS: '100' });
const masks = (...args: readonly string[]) => foveate('masks', ...args);

function entries(...args: readonly string[]): (MaskEntry & { readonly path: string })[] {
  return JSON.parse(masks('list', 'store', '--json', ...args).stdout) as (MaskEntry & { readonly path: string })[];
}

async function picture(path: string, grey: number): Promise<void> {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  const data = new Uint8Array(8 * 4 * 3).fill(grey);
  writeFileSync(join(root, path), await encodePng({ width: 8, height: 4, channels: 3, data }));
}

beforeAll(async () => {
  for (let i = 0; i < 4; i++) await picture(`images/good/${String(i)}.png`, i);
  await picture('images/bad/0.png', 100);
  await picture('images/truth/0.png', 255);
});

describe('foveate masks', () => {
  it('makes a store, once, and says how many images it is for', () => {
    const made = masks('init', 'store', '--images', 'images', '--ignore', 'truth/**');
    expect(made).toEqual({ status: 0, stdout: 'Store       store\nImages      5 below images\n', stderr: '' });
    expect(masks('init', 'store', '--images', 'images')).toMatchObject({ status: 4, stdout: '' });
    expect(masks('init', 'other', '--images', 'none')).toMatchObject({ status: 3, stdout: '' });
    expect(masks('list', 'none').stderr).toMatch(/^error PATH_MISSING: .*none: There is no mask store .*masks init/);
    expect(masks('list', 'store').stderr).toBe('0 masks\n');
    expect(masks('stats', 'store').stdout).toContain('Masks       none yet');
  });

  it('lists masks by path and by what is known of them', async () => {
    const store = await openMaskStore(join(root, 'store'));
    for (let i = 0; i < 4; i++) {
      const image = await identifyImage(store.imageRoot, `good/${String(i)}.png`);
      const mask = { ...emptyMask(8, 4), data: new Uint8Array(32).fill(255, 0, 8 * (i + 1)) };
      const provenance = { source: 'network', detail: 'runs/1', author: 'net', confidence: 0.6 + i / 10 } as const;
      await store.put(image, [{ kind: 'area', name: 'neck', mask, status: 'proposed', provenance }]);
    }
    const bad = await identifyImage(store.imageRoot, 'bad/0.png');
    const mask = emptyMask(8, 4, 255);
    const provenance = { source: 'manual', author: 'anna' } as const;
    await store.put(bad, [{ kind: 'defect', name: 'crack', mask, status: 'accepted', provenance }]);
    const all = masks('list', 'store');
    expect(all).toMatchObject({ status: 0, stderr: '\n5 masks\n' });
    expect(all.stdout).toMatch(/^image +mask +status +made by +inside +revision$/m);
    expect(all.stdout).toMatch(/^good\/0\.png +area neck +proposed +network 0\.60, net +25\.0% +1$/m);
    expect(all.stdout).toMatch(/^bad\/0\.png +defect crack +accepted +manual, anna +100\.0% +1$/m);
    const paths = (...args: readonly string[]) => entries(...args).map(({ path }) => path);
    expect(paths('./good/[01].png')).toEqual(['good/0.png', 'good/1.png']);
    expect(paths('--kind', 'defect', '--source', 'manual', '--author', 'anna')).toEqual(['bad/0.png']);
    expect(paths('--confidence', '0.8', '--status', 'proposed', '--name', 'neck')).toEqual(['good/2.png', 'good/3.png']); // prettier-ignore
    expect(masks('list', 'store', '--status', 'fine')).toMatchObject({ status: 2, stdout: '' });
  });

  it('accepts and rejects many at once, and only what was meant', () => {
    expect(masks('accept', 'store')).toMatchObject({ status: 2, stdout: '' });
    const dry = masks('accept', 'store', '--confidence', '0.8', '--dry-run');
    expect(dry.stdout).toMatch(/good\/2\.png[^]*\n\n2 masks would be accepted\n$/);
    expect(entries('--status', 'accepted')).toHaveLength(1);
    expect(masks('accept', 'store', '--confidence', '0.8', '--by', 'anna').stdout).toBe('2 masks accepted\n');
    expect(masks('reject', 'store', 'good/0.png', '--by', 'anna').stdout).toBe('1 mask rejected\n');
    // Only what is proposed, unless it is said.
    expect(masks('accept', 'store', 'good/*').stdout).toBe('1 mask accepted\n');
    expect(masks('accept', 'store', 'good/*', '--status', 'rejected').stdout).toBe('1 mask accepted\n');
    expect(masks('reject', 'store', '--all').stdout).toBe('0 masks rejected\n');
  });

  it('counts them, with the images that lack one', () => {
    const { stdout, status } = masks('stats', 'store', '--missing', '--between', 'net,anna');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^area +neck +4 +0 +0 +4 network +4 of 5 \(80\.0%\)$/m);
    expect(stdout).toMatch(/^defect +crack +1 +0 +0 +1 manual +1 of 5 \(20\.0%\)$/m);
    expect(stdout).toContain("Without an accepted mask of area 'neck'\n  bad/0.png\n");
    expect(stdout).toContain('Agreement   0 masks of both net and anna; 4 of net alone, 1 of anna alone');
    const json: unknown = JSON.parse(masks('stats', 'store', '--json').stdout);
    expect(json).toMatchObject({ images: 5, masks: [{ name: 'neck', coverage: { covered: 4, missing: ['bad/0.png'] } }, { name: 'crack' }] }); // prettier-ignore
    expect(masks('stats', 'store', '--between', 'anna').status).toBe(2);
  });

  it('shows what became of a mask, and goes back', () => {
    const back = masks('revert', 'store', 'good/0.png', '--to', '1', '--by', 'carl');
    expect(back.stdout).toBe("area 'neck' of good/0.png: revision 4 is revision 1 again\n");
    const { stdout } = masks('history', 'store', 'good/0.png', '--name', 'neck');
    expect(stdout).toMatch(/^area +neck +1 +\S+ \S+ +new pixels +proposed +network runs\/1 +net +8$/m);
    expect(stdout).toMatch(/^area +neck +2 .*set to rejected +rejected +network runs\/1 +anna +8$/m);
    expect(stdout).toMatch(/^area +neck +4 .*back to 1 +proposed .* carl +8$/m);
    const [first] = entries('good/0.png');
    const byHash = JSON.parse(masks('history', 'store', first?.image.slice(0, 12) ?? '', '--json').stdout) as unknown[];
    expect(byHash).toHaveLength(4);
    expect(masks('revert', 'store', 'good/0.png', '--to', '9').stderr).toContain('revision 9 of 4');
    expect(masks('history', 'store', 'good/9.png')).toMatchObject({ status: 3, stdout: '' });
  });

  it('checks masks and images, and fails when something is wrong', async () => {
    const well = masks('check', 'store');
    expect(well).toMatchObject({ status: 0, stderr: '' });
    expect(well.stdout).toMatch(/^Journal +\d+ transactions, every line whole\nMasks +5 masks of 5 images, 11 revisions\n\nAll is well\n$/); // prettier-ignore
    renameSync(join(root, 'images/good/0.png'), join(root, 'images/good/first.png'));
    const renamed = masks('check', 'store');
    expect(renamed.status).toBe(0);
    expect(renamed.stdout).toContain('good/0.png: It is good/first.png now and keeps its masks');
    expect(masks('check', 'store', '--update').stdout).toContain('1 new path noted');
    expect(masks('check', 'store').stdout).not.toContain('renamed');
    await picture('images/bad/0.png', 101);
    const changed = masks('check', 'store');
    expect(changed.status).toBe(3);
    expect(changed.stdout).toContain('  1 image-changed\n      bad/0.png: Its content has changed');
    expect(changed.stderr).toMatch(
      /^error DATA_INVALID: store: The mask store is not in order \(got 1 image-changed\)/,
    );
    const json = masks('check', 'store', '--json');
    expect((JSON.parse(json.stdout) as StoreCheck).problems).toHaveLength(1);
    expect(json.status).toBe(3);
    writeFileSync(join(root, 'store/journal.jsonl'), '{}\n');
    expect(masks('check', 'store').stderr).toMatch(/^error DATA_INVALID: .*journal\.jsonl:1: This line/);
  });

  it('has help with an example for each command', () => {
    for (const name of ['init', 'list', 'stats', 'check', 'history', 'revert', 'accept', 'reject']) {
      expect(masks(name, '--help').stdout).toContain(`Example:\n  foveate masks ${name} `);
    }
  });
});
