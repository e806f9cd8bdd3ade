import { createHash } from 'node:crypto';
import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '@foveate/contracts';
import { readRegularFile } from '@foveate/contracts/node';

/** No plugin package holds more files, or more bytes in all. */
const limits = { files: 20_000, bytes: 2 ** 28 };

/**
 * SHA-256 of everything below a folder: names, kinds and contents. Links are named and not followed.
 * @throws FoveateError `PLUGIN_INVALID` when it cannot be read, or holds more than a plugin package would
 */
export async function folderDigest(folder: string): Promise<string> {
  const hash = createHash('sha256');
  let [files, bytes] = [0, 0];
  const refuse = (got: string, cause?: unknown) =>
    fail({
      code: 'PLUGIN_INVALID',
      what: 'The files of the plugin package cannot be checked',
      where: folder,
      got,
      advice: 'Install the package with npm in the folder you work in',
      cause,
    });
  const visit = async (path: string): Promise<void> => {
    const entries = await readdir(join(folder, path), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const own = path === '' ? entry.name : `${path}/${entry.name}`;
      if (++files > limits.files) throw refuse(`more than ${String(limits.files)} files`);
      if (entry.isDirectory()) {
        hash.update(JSON.stringify(['folder', own]));
        await visit(own);
      } else if (entry.isSymbolicLink()) {
        hash.update(JSON.stringify(['link', own, await readlink(join(folder, own))]));
      } else {
        const content = await readRegularFile(join(folder, own), limits.bytes - bytes);
        bytes += content.length;
        hash.update(JSON.stringify(['file', own, content.length]));
        hash.update(content);
      }
    }
  };
  await visit('').catch((cause: unknown) => {
    const { code } = cause as NodeJS.ErrnoException;
    throw code === 'PLUGIN_INVALID' ? cause : refuse(code ?? String(cause), cause);
  });
  return hash.digest('hex');
}
