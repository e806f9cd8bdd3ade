/** Execution providers: the libraries by which ONNX Runtime reaches a processor. */
import { existsSync, readdirSync } from 'node:fs';

/** All providers this engine knows: the CPU first, WebAssembly, which runs on it too and anywhere, last. */
export const providers = ['cpu', 'cuda', 'dml', 'coreml', 'webgpu', 'wasm'] as const;

/** An execution provider. */
export type Provider = (typeof providers)[number];

/** Providers that need a device. */
export const accelerators = ['cuda', 'dml', 'coreml', 'webgpu'] as const satisfies readonly Provider[];

/** The machine, as far as it matters here. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** True when a file or device with this path exists; `*` stands for any end of the last part. */
  exists(path: string): boolean;
}

const thisMachine: Machine = {
  platform: process.platform,
  env: process.env,
  exists: (path) => {
    const [folder, start] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1, -1)];
    if (!path.endsWith('*')) return existsSync(path);
    return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith(start));
  },
};

/**
 * Why a provider has nothing to run on, without trying it: a look at a few files, so that a machine without accelerator
 * starts at once. Undefined means that it is worth a try.
 */
export function absence(provider: Provider, machine: Machine = thisMachine): string | undefined {
  const { platform, env, exists } = machine;
  switch (provider) {
    case 'cpu':
    case 'wasm':
      return undefined;
    case 'cuda':
      if (platform !== 'linux' && platform !== 'win32') return 'not on this platform';
      return platform === 'win32' || exists('/dev/nvidiactl') || exists('/dev/dxg') ? undefined : 'no NVIDIA device';
    case 'dml':
      return platform === 'win32' ? undefined : 'only on Windows';
    case 'coreml':
      return platform === 'darwin' ? undefined : 'only on macOS';
    case 'webgpu': {
      // Someone who names a Vulkan driver wants it used.
      const named = env['VK_ICD_FILENAMES'] ?? env['VK_DRIVER_FILES'];
      const devices = ['/dev/dri/renderD*', '/dev/nvidiactl', '/dev/dxg'];
      return platform !== 'linux' || named !== undefined || devices.some(exists) ? undefined : 'no graphics device';
    }
  }
}
