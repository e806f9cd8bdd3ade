/** Weights as a user lists, finds and inspects them. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { encodeSafetensors } from '@foveate/tensor';
import { commandLine } from './testing/command-line.js';

const home = mkdtempSync(join(tmpdir(), 'foveate-home-'));

const foveate = commandLine(home, { FOVEATE_HOME: home, NO_COLOR: '1' });

describe('foveate weights', () => {
  it('says where known weights belong, and sees them there', () => {
    const { status, stdout, stderr } = foveate('weights', 'path', 'resnet-18/torchvision-v1');
    const path = stdout.trim();
    expect({ status, path }).toEqual({
      status: 0,
      path: join(home, 'weights/resnet-18/torchvision-v1/resnet18-f37072fd.pth'),
    });
    expect(stderr).toContain('https://');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'not the published file');
    const list = JSON.parse(foveate('weights', 'list', '--json').stdout) as { name: string; here: boolean }[];
    expect(list.filter(({ here }) => here).map(({ name }) => name)).toEqual(['resnet-18/torchvision-v1']);
    expect(foveate('weights', 'list').stdout).toMatch(/^resnet-18\/torchvision-v1 +46\.8 +1000 +symmetric +yes /m);
    expect(foveate('weights', 'download', 'resnet-18/torchvision-v1').stderr).toContain('does not have the sha256');
  });

  it('downloads nothing with --offline, before or behind the command', () => {
    for (const args of [
      ['--offline', 'weights', 'download', 'efficientnet-b0/keras'],
      ['weights', 'download', 'efficientnet-b0/keras', '--offline'],
    ]) {
      const { status, stderr } = foveate(...args);
      expect(status).toBe(3);
      expect(stderr).toMatch(/^error PATH_MISSING: .*downloads are switched off\. Put the file https:/);
    }
    expect(foveate('weights', 'path', 'efficientnet-b9/x')).toMatchObject({ status: 2 });
  });

  it('inspects files, and says when there is none', () => {
    const tensor = { dtype: 'float32' as const, shape: [2, 3], data: new Float32Array(6) };
    writeFileSync(join(home, 'a.safetensors'), encodeSafetensors({ 'fc.weight': tensor }, { author: 'me' }));
    const { status, stdout, stderr } = foveate('weights', 'inspect', 'a.safetensors');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^fc\.weight +2x3 +float32 +yes$/m);
    expect(stderr).toContain('safetensors: 1 tensors, 6 values');
    expect(stderr).toContain('author: me');
    expect(stderr).toContain('Of no architecture of the zoo');
    const json: unknown = JSON.parse(foveate('weights', 'inspect', 'a.safetensors', '--json').stdout);
    expect(json).toMatchObject({
      format: 'safetensors',
      identification: null,
      tensors: [{ name: 'fc.weight', usable: true }],
    });
    expect(foveate('weights', 'inspect', 'nowhere')).toMatchObject({ status: 3, stdout: '' });
  });
});
