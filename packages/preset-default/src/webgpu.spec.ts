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

describe('WebGPU', () => {
  (available ? it : it.skip)(
    'trains and evaluates with CEOD as the CPU does, state staying on the device',
    async () => {
      const fixture = fileURLToPath(new URL('webgpu.fixture.mjs', import.meta.url));
      // The loader's folder must be known before the process starts.
      const env = { ...process.env, VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: dirname(driver), NODE_OPTIONS: '' };
      const { stdout } = await promisify(execFile)(process.execPath, [fixture], { env });
      const worst = JSON.parse(stdout) as Record<string, number>;
      expect(Object.keys(worst).sort()).toEqual(['0', '1', '2', 'evaluated', 'state']);
      for (const error of Object.values(worst)) expect(error).toBeLessThan(1e-3);
    },
    120_000,
  );
});
