import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openOnnxEngine, type Provider } from './index.js';
import { chooseProvider, tryProvider } from './provider-trial.js';
import { absence, type Machine } from './providers.js';
import { unavailability } from './failures.js';

const machine = (platform: NodeJS.Platform, files: readonly string[] = [], env: Machine['env'] = {}): Machine => ({
  platform,
  env,
  exists: (path) => files.includes(path),
});

describe('absence', () => {
  it.each([
    ['cuda', machine('linux'), 'no NVIDIA device'],
    ['cuda', machine('linux', ['/dev/nvidiactl']), undefined],
    ['cuda', machine('darwin'), 'not on this platform'],
    ['dml', machine('linux'), 'only on Windows'],
    ['dml', machine('win32'), undefined],
    ['coreml', machine('win32'), 'only on macOS'],
    ['webgpu', machine('linux'), 'no graphics device'],
    ['webgpu', machine('linux', ['/dev/dri/renderD*']), undefined],
    ['webgpu', machine('linux', [], { VK_ICD_FILENAMES: '/x.json' }), undefined],
    ['webgpu', machine('darwin'), undefined],
    ['cpu', machine('linux'), undefined],
  ] as [Provider, Machine, string | undefined][])('of %s', (provider, where, reason) => {
    expect(absence(provider, where)).toBe(reason);
  });
});

/** Trials that come out as told; a number is the time of a step, a text the reason why there is none. */
function told(outcomes: Partial<Record<Provider, number | string>>): typeof tryProvider {
  return (provider) => {
    const outcome = outcomes[provider] ?? 'no device';
    return Promise.resolve(
      typeof outcome === 'number'
        ? { provider, usable: true, stepMs: outcome }
        : { provider, usable: false, reason: outcome },
    );
  };
}

describe('chooseProvider', () => {
  it('takes the fastest that works and says why not the others', async () => {
    const outcomes = { cpu: 60, cuda: 'its library is not installed', webgpu: 20, dml: 'only on Windows' };
    expect(await chooseProvider('auto', 2, told(outcomes))).toEqual({
      provider: 'webgpu',
      remark: 'cuda: its library is not installed; coreml: no device; cpu: slower, 60 ms against 20 ms',
    });
  });

  it('stays on the CPU when nothing is faster', async () => {
    const choice = await chooseProvider('auto', 2, told({ cpu: 60, webgpu: 300, coreml: 'only on macOS' }));
    expect(choice.provider).toBe('cpu');
    expect(choice.remark).toContain('webgpu: slower, 3.0e+2 ms a small step against 60 ms');
    expect(choice.remark).not.toContain('macOS');
  });

  it('refuses a provider that was named and does not work', async () => {
    const choosing = chooseProvider('cuda', 2, told({ cuda: 'no usable CUDA device' }));
    await expect(choosing).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
    await expect(choosing).rejects.toThrow('cuda cannot be used: no usable CUDA device');
    // How its libraries are had.
    const onLinux = process.platform === 'linux' && process.arch === 'x64';
    await expect(choosing).rejects.toThrow(onLinux ? join('script', 'install.js') : 'x64 Linux');
  });
});

describe('messages of the runtime', () => {
  it.each([
    ['Failed to get a WebGPU adapter: No supported adapters', 'no adapter'],
    ['OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library', 'its library is not installed'],
    [
      'no available backend found. ERR: [dml] backend not found.',
      `ONNX Runtime has none for ${process.platform}-${process.arch}`,
    ],
    ['something else', undefined],
  ])('%s', (message, reason) => {
    expect(unavailability(message)).toBe(reason);
  });
});

describe('this machine', () => {
  it('trains a small step on the CPU', async () => {
    expect(await tryProvider('cpu', 1)).toMatchObject({ provider: 'cpu', usable: true });
  });

  it('opens an engine that says what it runs on', async () => {
    const engine = await openOnnxEngine({ threads: 1, provider: 'cpu' });
    expect(engine.info.description).toMatch(/^ONNX Runtime \d+\.\d+\.\d+, cpu, 1 thread$/);
    engine.dispose();
  });
});
