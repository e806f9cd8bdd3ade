/** Versions for run.json. */
import { createRequire } from 'node:module';

/** Version of Node.js and of this package. */
export function versions(): Readonly<Record<string, string>> {
  const { name, version } = createRequire(import.meta.url)('../../package.json') as { name: string; version: string };
  return { node: process.versions.node, [name]: version };
}
