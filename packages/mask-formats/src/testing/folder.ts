import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encodePng } from '@foveate/image';
import type { Skip } from '@foveate/contracts';
import type { Format, ReadOptions } from '../formats/format.js';
import type { AnnotatedImage } from '../model.js';

/** A folder for one spec. */
export class Folder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Folder> {
    return new Folder(await mkdtemp(join(tmpdir(), 'mask-formats-')));
  }

  at(path: string): string {
    return join(this.path, path);
  }

  async put(path: string, content: string | Uint8Array): Promise<string> {
    await mkdir(dirname(this.at(path)), { recursive: true });
    await writeFile(this.at(path), content);
    return this.at(path);
  }

  /** A black image. */
  async image(path: string, width: number, height: number): Promise<string> {
    return this.put(path, await encodePng({ width, height, channels: 3, data: new Uint8Array(width * height * 3) }));
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

/** All that a reader gives, and what it reports. */
export async function readAll(
  format: Format,
  path: string,
  options: ReadOptions = {},
): Promise<{
  readonly images: readonly AnnotatedImage[];
  readonly skips: readonly Skip[];
  readonly reasons: readonly string[];
}> {
  const skips: Skip[] = [];
  const images: AnnotatedImage[] = [];
  for await (const image of format.read(path, { ...options, report: (skip) => skips.push(skip) })) images.push(image);
  return { images, skips, reasons: skips.map(({ reason }) => reason) };
}

/** The message of what is thrown. */
export async function messageOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    return String(error);
  }
  return 'nothing was thrown';
}
