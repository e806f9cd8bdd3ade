import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail } from '@foveate/contracts';
import writeFileAtomic from 'write-file-atomic';

/**
 * Writes a page in one piece: a reader sees the old file or the new one, never half of it. Makes the folder if needed.
 * @throws FoveateError `OUTPUT_UNWRITABLE` (read-only, disk full, no permission)
 */
export async function writeReport(path: string, html: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, html);
  } catch (cause) {
    throw fail({
      code: 'OUTPUT_UNWRITABLE',
      what: 'the report cannot be written',
      where: path,
      got: String((cause as NodeJS.ErrnoException).code),
      advice: 'Choose a folder that can be written to and has free space',
      cause,
    });
  }
}
