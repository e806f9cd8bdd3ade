/** What a lock says of a sample, and how it is found out. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { relative, sep } from 'node:path';
import { fail } from '@foveate/contracts';
import type { AssignedSample, Label, Raster, SampleSource, SplitName } from '@foveate/contracts';

/** A file by its content. */
interface LockedFile {
  /** As seen from the folder that the configuration's paths start from, `/`-separated. */
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** One line of a lock. */
export interface LockedSample {
  readonly id: string;
  readonly label: Label;
  readonly reason: string;
  readonly types: readonly string[];
  readonly split: SplitName;
  readonly group: string | null;
  /** The image first. */
  readonly files: readonly LockedFile[];
  /** SHA-256 of the pixels of a sample that is drawn and has no files. */
  readonly drawn?: string;
}

/** What hashing needs. */
export interface HashSetting {
  readonly source: Pick<SampleSource, 'load'>;
  readonly baseFolder: string;
}

/** A sample with the hashes of what it is made of. @throws FoveateError `DATA_INVALID` when a file cannot be read */
export async function lockSample(sample: AssignedSample, setting: HashSetting): Promise<LockedSample> {
  const { id, label, reason, defectTypes: types, split, group = null, files = [] } = sample;
  const hashed: LockedFile[] = [];
  for (const file of files) hashed.push(await hashFile(file, setting.baseFolder));
  const drawn = files.length === 0 ? { drawn: await hashPixels(sample, setting.source) } : {};
  return { id, label, reason, types, split, group, files: hashed, ...drawn };
}

async function hashFile(file: string, baseFolder: string): Promise<LockedFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  } catch (cause) {
    const got = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw fail({
      code: 'DATA_INVALID',
      what: 'The file cannot be read',
      where: file,
      got,
      reason: 'image-unreadable',
      cause,
    });
  }
  return { path: relative(baseFolder, file).split(sep).join('/'), bytes, sha256: hash.digest('hex') };
}

async function hashPixels(sample: AssignedSample, source: Pick<SampleSource, 'load'>): Promise<string> {
  const { image, defects, aoi } = await source.load(sample);
  const hash = createHash('sha256');
  const add = (name: string, { width, height, channels, data }: Raster): void => {
    hash.update(`${name} ${String(width)}x${String(height)}x${String(channels)}\n`).update(data);
  };
  add('image', image);
  for (const { type, mask } of defects) add(`defect ${type}`, mask);
  if (aoi !== undefined) add('aoi', aoi);
  return hash.digest('hex');
}
