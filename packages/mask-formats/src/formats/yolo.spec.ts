import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { messageOf } from '../testing/folder.js';
import { ToolFiles } from '../testing/tool-files.js';
import { yolo } from './yolo.js';

let files: ToolFiles;
beforeAll(async () => {
  files = await ToolFiles.make();
});
afterAll(() => files.folder.remove());

describe('YOLO', () => {
  it('reads outlines and boxes of classes by name', async () => {
    await files.folder.put('yolo/data.yaml', 'path: ../x\ntrain: images/train\nnames:\n  0: zero\n  3: three\n');
    await files.folder.put(
      'yolo/labels/train/b.txt',
      '0 0 0 0.5 0 0.5 0.5 0 0.5\r\n\n3 0.5 0.5 0.5 0.5\n7 0 0 1 1\n0 0.1 0.2\n3 a b c d e f\n',
    );
    const { image, masks: found, skips } = await files.masks(yolo, files.folder.at('yolo'));
    expect(image?.file).toBe('train/b.png');
    expect(found).toEqual({
      zero: ['###...', '###...', '......', '......'],
      three: ['......', '.###..', '.###..', '......'],
    });
    expect(skips.map(({ path, reason }) => [path.split('labels/')[1], reason])).toEqual([
      ['train/b.txt line 4', 'label-unknown'],
      ['train/b.txt line 5', 'shape-invalid'],
      ['train/b.txt line 6', 'shape-invalid'],
    ]);
  });

  it('refuses a folder without names, and YAML that is none or expands without end', async () => {
    await files.folder.put('yolo-none/a.txt', '');
    expect(await messageOf(() => files.masks(yolo, files.folder.at('yolo-none')))).toMatch(/no names of classes/);
    await files.folder.put('yolo-none/data.yaml', 'names: [a\n');
    expect(await messageOf(() => files.masks(yolo, files.folder.at('yolo-none')))).toMatch(
      /data\.yaml: The file is not YAML/,
    );
    const levels = Array.from({ length: 9 }, (_, n) => `l${n}: &l${n} [${Array.from({ length: 9 }, () => (n === 0 ? 'x' : `*l${n - 1}`)).join(',')}]`); // prettier-ignore
    await files.folder.put('yolo-none/data.yaml', `${levels.join('\n')}\nnames: *l8\n`);
    expect(await messageOf(() => files.masks(yolo, files.folder.at('yolo-none')))).toMatch(/not YAML: .*alias/i);
    await files.folder.put('yolo-none/data.yaml', 'names: 7\n');
    expect(await messageOf(() => files.masks(yolo, files.folder.at('yolo-none')))).toMatch(/data\.yaml names/);
  });
});
