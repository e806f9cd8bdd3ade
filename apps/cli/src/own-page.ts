/** Pages that commands write: one made before is made again, anything else is left as it is. */
import { open } from 'node:fs/promises';
import { fail } from '@foveate/contracts';
import { isOwnPage } from '@foveate/report';

/** Bytes within which a page says what made it. */
const beginning = 1024;

/**
 * Refuses to replace a file that is no page of a command: a mistyped `--out` must not cost a configuration.
 * @throws FoveateError `OUTPUT_EXISTS`; what cannot be read is for the writing to complain of
 */
export async function requireOwnPage(path: string, option: string): Promise<void> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return;
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(beginning), position: 0 });
    if (size === 0 || isOwnPage(buffer.toString('utf8', 0, bytesRead))) return;
  } catch {
    // A folder, for one, can be opened but not read.
    return;
  } finally {
    await file.close();
  }
  throw fail({
    code: 'OUTPUT_EXISTS',
    what: 'There is a file already, and it is no page that foveate wrote',
    where: path,
    advice: `Choose another file with ${option}, or remove it`,
  });
}
