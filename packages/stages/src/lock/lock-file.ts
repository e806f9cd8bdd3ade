/** Lock files: JSON Lines, a header and then a line per sample in the order of their ids. */
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fail } from '@foveate/contracts';
import { openRegular, writeAtomically } from '@foveate/contracts/node';
import { z } from 'zod';
import { writtenConfig } from '@foveate/assembly';
import type { RunConfig } from '@foveate/assembly';
import type { LockedSample } from './locked-sample.js';

/** Version of the layout. */
const lockVersion = 1;

const sampleSchema = z.object({
  id: z.string(),
  label: z.union([z.literal(0), z.literal(1)]),
  reason: z.string(),
  types: z.array(z.string()),
  split: z.enum(['train', 'validation', 'test']),
  group: z.string().nullable(),
  files: z.array(z.object({ path: z.string(), bytes: z.int(), sha256: z.string() })),
  drawn: z.string().exactOptional(),
});

const headerSchema = z.object({
  foveateLock: z.literal(lockVersion),
  name: z.string(),
  seed: z.int(),
  /** Of the part of the configuration that labels and splits depend on. */
  config: z.string(),
  samples: z.int(),
  leftOut: z.int(),
});

/** The first line of a lock. */
export type LockHeader = z.output<typeof headerSchema>;

/** SHA-256 of the seed and of what the configuration says on sources, areas, labels, splits and duplicates. */
export function dataHash(config: RunConfig): string {
  const { seed, data } = writtenConfig(config, '') as { seed: number; data: Readonly<Record<string, unknown>> };
  const essentials = ['source', 'aoi', 'label', 'split', 'duplicates'].map((key) => data[key]);
  return createHash('sha256')
    .update(JSON.stringify([seed, ...essentials]))
    .digest('hex');
}

/** Writes a lock, in full or not at all. @throws FoveateError `OUTPUT_UNWRITABLE` */
export async function writeLock(
  path: string,
  header: Omit<LockHeader, 'foveateLock'>,
  samples: readonly LockedSample[],
): Promise<void> {
  const line = (value: unknown) => Buffer.from(`${JSON.stringify(value)}\n`);
  // Bytes: the text of a million samples would exceed what a string can hold.
  await writeAtomically(path, Buffer.concat([line({ foveateLock: lockVersion, ...header }), ...samples.map(line)]));
}

/**
 * Reads a lock as a stream: the header, then the samples.
 * @throws FoveateError `PATH_MISSING` when there is none, `DATA_INVALID` naming the line that is wrong
 */
export async function* readLock(path: string): AsyncGenerator<LockHeader | LockedSample> {
  let number = 0;
  try {
    const input = (await openRegular(path)).createReadStream();
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      if (text === '') continue;
      number++;
      // Other tools may have written it anew, with a byte order mark.
      yield number === 1
        ? headerSchema.parse(JSON.parse(text.replace(/^\ufeff/, '')))
        : sampleSchema.parse(JSON.parse(text));
    }
  } catch (cause) {
    if (cause instanceof z.ZodError || cause instanceof SyntaxError) throw damaged(path, number, cause);
    throw fail({
      code: 'PATH_MISSING',
      what: 'The lock of the data cannot be read',
      where: path,
      got: (cause as NodeJS.ErrnoException).code ?? String(cause),
      advice: 'Make it with foveate dataset build, or take data.lock out of the configuration',
      cause,
    });
  }
  if (number === 0) throw damaged(path, 1, undefined);
}

function damaged(path: string, line: number, cause: unknown) {
  return fail({
    code: 'DATA_INVALID',
    what: line === 1 ? 'This is not a lock of this version of Foveate' : 'The line of the lock is damaged',
    where: `${path}:${String(line)}`,
    advice: 'Make it anew with foveate dataset build',
    cause,
  });
}
