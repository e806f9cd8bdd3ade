/** Masks that come from annotation tools, go to them, and are put onto many images, as a user does it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Raster } from '@foveate/contracts';
import { encodePng } from '@foveate/image';
import { formats } from '@foveate/mask-formats';
import { createMaskStore, identifyImage, openMaskStore, type MaskEntry } from '@foveate/mask-store';
import type { ImportedMasks } from '@foveate/mask-tasks';
import { commandLine } from './testing/command-line.js';

const bin = fileURLToPath(new URL('../bin/foveate.mjs', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'foveate-annotations-'));
afterAll(() => rmSync(root, { recursive: true }));

const foveate = commandLine(root);
const masks = (...args: readonly string[]) => foveate('masks', ...args);

async function entries(folder: string): Promise<readonly (MaskEntry & { readonly path: string })[]> {
  const store = await openMaskStore(join(root, folder));
  return [...store.entries()].map((entry) => ({ ...entry, path: store.image(entry.image)?.path ?? '' }));
}

async function picture(path: string, image: Raster): Promise<void> {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), await encodePng(image));
}

/** 64 x 64 pixels with something in them, shown from a place. */
function scene(dx: number, seed = 0): Raster {
  const data = Uint8Array.from({ length: 64 * 64 }, (_, i) => {
    const [x, y] = [(i % 64) - dx, Math.floor(i / 64)];
    return 128 + 60 * Math.sin(x * 0.6 + Math.cos(y * 0.4) + seed) + 60 * Math.sin((x * x + 3 * y * y) / 150 + seed);
  });
  return { width: 64, height: 64, channels: 1, data };
}

/** A frame: a hole, and a part apart. */
function frame() {
  const inside = (x: number, y: number) =>
    (x >= 20 && x < 44 && y >= 20 && y < 44 && !(x >= 28 && x < 36 && y >= 28 && y < 36)) || (x < 3 && y < 2);
  const data = Uint8Array.from({ length: 64 * 64 }, (_, i) => (inside(i % 64, Math.floor(i / 64)) ? 255 : 0));
  return { width: 64, height: 64, channels: 1, data } as const;
}

beforeAll(async () => {
  await picture('images/good/0.png', scene(0));
  await picture('images/good/1.png', scene(4));
  await picture('images/bad/0.png', scene(0, 2));
  await picture('images/bad/flat.png', { width: 64, height: 64, channels: 1, data: new Uint8Array(64 * 64) });
  const store = await createMaskStore(join(root, 'store'), { images: join(root, 'images') });
  const provenance = { source: 'manual', author: 'anna' } as const;
  const image = await identifyImage(store.imageRoot, 'good/0.png');
  await store.put(image, [{ kind: 'area', name: 'neck', mask: frame(), status: 'accepted', provenance }]);
  const bad = await identifyImage(store.imageRoot, 'bad/0.png');
  await store.put(bad, [{ kind: 'area', name: 'neck', mask: frame(), status: 'accepted', provenance }]);
});

describe('foveate masks export and import', () => {
  // All formats: mask-tasks/src/export-masks.spec.ts.
  it.each(['png', 'coco', 'cvat'])('%s comes back as it was, and into another store', async (id) => {
    const written = masks('export', 'store', `out/${id}`, '--format', id);
    expect(written).toMatchObject({ status: 0, stderr: '' });
    expect(written.stdout).toMatch(new RegExp(`^Written +out/${id}\\nImages +2\\n\\nkind +name +masks\\narea +neck +2\\n$`)); // prettier-ignore
    const back = masks('import', 'store', `out/${id}`);
    expect(back).toMatchObject({ status: 0, stderr: '' });
    expect(back.stdout).toMatch(new RegExp(`^Format +${id}\\nImages +2\\n\\nkind .*\\narea +neck +0 +0 +2\\n$`));
    await createMaskStore(join(root, `of-${id}`), { images: join(root, 'images') });
    const json = masks(
      'import',
      `of-${id}`,
      `out/${id}`,
      '--format',
      id,
      '--as',
      'defect',
      '--json',
      '--author',
      'ben',
    );
    const { masks: counts } = JSON.parse(json.stdout) as ImportedMasks;
    expect(counts).toEqual([{ kind: 'defect', name: 'neck', added: 2, changed: 0, unchanged: 0 }]);
    const pixels = async (store: string) => (await entries(store)).map((entry) => [entry.path, entry.pixels]).sort(); // prettier-ignore
    expect(await pixels(`of-${id}`)).toEqual(await pixels('store'));
    expect((await entries(`of-${id}`))[0]?.provenance).toMatchObject({ source: 'import', author: 'ben' });
  });

  it('knows all formats', () => {
    const help = masks('import', '--help').stdout.replace(/\s+/g, ' ');
    expect(help).toContain(`choices: ${[...formats.map(({ id }) => id), 'auto'].map((id) => `"${id}"`).join(', ')}`);
    expect(masks('export', 'store', 'out/x', '--format', 'bmp')).toMatchObject({ status: 2, stdout: '' });
    expect(masks('export', 'store', 'out/x').stderr).toContain("required option '--format <format>' not specified");
  });

  it('lists what is left out, and labels that are not there; a dry run writes nothing', async () => {
    const outline = [[1, 1, 9, 1, 9, 9, 1, 9]];
    const coco = {
      images: ['0.png', 'good/1.png', 'none.png'].map((file_name, at) => ({
        id: at,
        file_name,
        width: 64,
        height: 64,
      })),
      categories: [{ id: 1, name: 'crack' }],
      annotations: [0, 1, 2].map((at) => ({ id: at, image_id: at, category_id: 1, segmentation: outline })),
    };
    writeFileSync(join(root, 'coco.json'), JSON.stringify(coco));
    const args = ['import', 'store', 'coco.json', '--rename', 'crak=tear', '--as', 'defect'];
    const { status, stdout } = masks(...args, '--dry-run');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^defect +crack +1 +0 +0$/m);
    expect(stdout).toMatch(/Left out\n {2}1 image-ambiguous\n {6}coco\.json.*bad\/0\.png or good\/0\.png/);
    expect(stdout).toMatch(/ {2}1 image-missing\n {6}coco\.json.*"none\.png"/);
    expect(stdout).toContain("Labels that do not occur\n  'crak'; did you mean 'crack'?\n\nNothing was changed\n");
    expect(await entries('store')).toHaveLength(2);
    expect(masks(...args, '--only', 'x')).toMatchObject({ status: 3, stderr: expect.stringContaining('No mask was found to import') }); // prettier-ignore
    expect(masks('export', 'store', 'out/dry', '--format', 'png', '--dry-run').stdout).toMatch(/^Would write +out\/dry$/m); // prettier-ignore
    expect(existsSync(join(root, 'out/dry'))).toBe(false);
    expect(masks('export', 'store', 'out/coco', '--format', 'coco').status).toBe(4);
    expect(masks('export', 'store', 'out/coco', '--format', 'coco', '--overwrite').status).toBe(0);
    writeFileSync(join(root, 'broken.json'), '{"images": [\n{"id": 1,,');
    expect(masks('import', 'store', 'broken.json', '--format', 'coco').stderr).toMatch(/^error DATA_INVALID: broken\.json:2:\d+/); // prettier-ignore
  });
});

describe('foveate masks register and template', () => {
  it('proposes masks of one image for others, and tells refusals', async () => {
    const dry = masks('register', 'store', 'images/good/0.png', '--dry-run');
    expect(dry.stdout).toContain('Nothing was changed');
    expect(await entries('store')).toHaveLength(2);
    const { status, stdout } = masks('register', 'store', 'good/0.png', 'good/**', 'bad/*', '--min-confidence', '0.4');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Images +1\nKept +1 mask that had been accepted\n\nkind .*\narea +neck +1 +0 +0\n/);
    expect(stdout).toMatch(/Left out\n {2}1 registration-flat\n {6}bad\/flat\.png: It is left out: nothing is to be seen/); // prettier-ignore
    const moved = (await entries('store')).find(({ path }) => path === 'good/1.png');
    expect(moved).toMatchObject({ status: 'proposed', provenance: { source: 'registration', detail: 'good/0.png' } });
    expect(masks('register', 'store', 'bad/flat.png').stderr).toMatch(/no accepted mask of area \(got no masks\)/);
  });

  it('puts shapes onto images', async () => {
    const band = '{kind: band, direction: horizontal, from: 0.5, to: 0.75}';
    const { status, stdout } = masks('template', 'store', band, '--name', 'seam', '--images', 'good/*');
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^Images +2\n\nkind .*\narea +seam +2 +0 +0\n$/)]);
    const [one] = (await entries('store')).filter(({ name }) => name === 'seam');
    expect(one).toMatchObject({ status: 'proposed', inside: 1024, provenance: { source: 'template' } });
    expect(masks('template', 'store', '{kind: bend}', '--name', 'x').stderr).toMatch(/^error CONFIG_INVALID: \{kind: bend\}: This is no shape/); // prettier-ignore
    expect(masks('template', 'store', band).stderr).toContain("required option '--name <name>' not specified");
  });

  it('stops at Ctrl-C; what was put stays, and the same command goes on', async () => {
    for (let i = 0; i < 500; i++) {
      await picture(`many/${String(i)}.png`, { width: 16, height: 16, channels: 1, data: new Uint8Array(256).fill(i % 256, 0, 128).fill(i >> 8, 128) }); // prettier-ignore
    }
    await createMaskStore(join(root, 'many-masks'), { images: join(root, 'many') });
    const shape = '{kind: band, direction: vertical, from: 0, to: 0.5}';
    const child = spawn(process.execPath, [bin, 'masks', 'template', 'many-masks', shape, '--name', 'left'], { cwd: root }); // prettier-ignore
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    const ended = once(child, 'exit');
    while (readFileSync(join(root, 'many-masks/journal.jsonl')).length === 0) await wait(5);
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(said).toContain('What was put until now stays. The same command goes on from here.');
    const put = [...(await openMaskStore(join(root, 'many-masks'))).entries()].length;
    expect(put).toBeGreaterThan(0);
    expect(put).toBeLessThan(500);
    const rest = masks('template', 'many-masks', shape, '--name', 'left', '--json');
    expect(JSON.parse(rest.stdout)).toMatchObject({ masks: [{ added: 500 - put, unchanged: put }] });
  });

  it('has help with an example for each command', () => {
    for (const name of ['import', 'export', 'register', 'template']) {
      expect(masks(name, '--help').stdout).toContain(`Example:\n  foveate masks ${name} `);
    }
  });
});
