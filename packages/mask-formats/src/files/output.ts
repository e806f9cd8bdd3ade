/** Where exports are written. */
import { join } from 'node:path';
import { isFoveateError } from '@foveate/contracts';
import { resolveInside, writeAtomically } from '@foveate/contracts/node';
import { invalid } from './invalid.js';

/** A folder that files are written into, each name once. */
export class OutputFolder {
  readonly #root: string;
  readonly #written = new Map<string, string>();

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Writes a file, complete or not at all.
   * @param path relative, `/`-separated
   * @param from the image it is of: two images whose files would have one name are an error naming both
   * @throws FoveateError `DATA_INVALID` when the path leads out of the folder or is taken, `OUTPUT_UNWRITABLE`
   */
  async write(path: string, content: Uint8Array | string, from: string): Promise<void> {
    const key = path.toLowerCase();
    const before = this.#written.get(key);
    if (before !== undefined) {
      throw invalid({
        what: 'Two images would be written to one file',
        where: path,
        got: before === from ? `${from} twice` : `${before} and ${from}`,
        reason: 'output-ambiguous',
        advice: 'Give one of them another name, or choose a format that writes one file for all',
      });
    }
    this.#written.set(key, from);
    await writeAtomically(insideOf(this.#root, path), content);
  }
}

function insideOf(root: string, path: string): string {
  const outside = (cause?: unknown) =>
    invalid({ what: 'A file would be written outside of the folder', where: root, got: path, reason: 'output-outside', cause }); // prettier-ignore
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'))) throw outside();
  try {
    // Folder by folder: what is not there leads nowhere, but a link on the way to it may.
    for (const index of parts.keys()) resolveInside(root, parts.slice(0, index + 1).join('/'));
    return join(root, path);
  } catch (cause) {
    throw isFoveateError(cause) ? outside(cause) : cause;
  }
}

/** A label as the name of a file or folder; what no file name may hold is written as in addresses, `%2F` for a slash. */
export function fileNameOf(label: string): string {
  return label.replace(/[\u0000-\u001f%/\\:*?"<>|]|^\.|[. ]$/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}

/** The label of a name made by {@link fileNameOf}. */
export function labelOf(name: string): string {
  return name.replace(/%([0-7][0-9A-F])/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
