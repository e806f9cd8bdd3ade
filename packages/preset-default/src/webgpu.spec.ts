import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** A Vulkan driver that computes on the CPU and comes, with its loader, in Debian's package chromium. */
const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';

const available = existsSync(driver);
if (!available) console.info(`WebGPU is not tested: there is no ${driver}.`);

/** Operators, and where the program called them, that ran on the CPU in sessions on WebGPU. */
function onCpu(log: string): string[] {
  const sections = log.split('placed on [').slice(1);
  return sections
    .filter((section, i) => section.startsWith('CPU') && sections[i + 1]?.startsWith('WebGpu') === true)
    .filter((section) => !/^CPU.*All nodes/.test(section))
    .flatMap((section) =>
      [...section.matchAll(/\] {3}(\w+) \(\d+ \w+ @ ([^:)]+)/g)].map(([, op, at]) => `${op} @ ${at}`),
    );
}

describe('WebGPU', () => {
  (available ? it : it.skip)(
    'trains and evaluates with CEOD as the CPU does, on the device but for a convolution it gets wrong',
    async () => {
      const fixture = fileURLToPath(new URL('webgpu.fixture.mjs', import.meta.url));
      // The loader's folder must be known before the process starts.
      const env = { ...process.env, VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: dirname(driver), NODE_OPTIONS: '' };
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [fixture], { env, maxBuffer: 2 ** 26 });
      const worst = JSON.parse(stdout) as Record<string, number>;
      expect(Object.keys(worst).sort()).toEqual(['0', '1', '2', 'evaluated', 'state']);
      for (const error of Object.values(worst)) expect(error).toBeLessThan(1e-3);
      expect(onCpu(stderr)).toEqual(['Conv @ tensor/dist/convolution-gradients.js']);
    },
    120_000,
  );
});
