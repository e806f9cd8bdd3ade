/** Small data sets in a temporary folder, and sources that read them. */
import type { Plugin, PluginContext, Sample, SampleImages, SampleSource, Skip } from '@foveate/contracts';
import { emptyMask, fillPolygon, writePng } from '@foveate/image';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What a file of a tree holds; `mask` is 2x6 pixels at the left, `small` a mask of another size. */
export type Kind = 'image' | 'mask' | 'black' | 'small' | 'nothing';

/** What a scan gave. */
export interface Scan {
  readonly samples: readonly Sample[];
  readonly skips: readonly Skip[];
  /** Ids and paths in the order they came. */
  readonly keys: readonly string[];
  /** Loads a sample after a trip through a message channel, by a source that scanned nothing. */
  readonly load: (sample: Sample | undefined) => Promise<SampleImages>;
}

/** A folder for data sets whose images are 8x6. */
export class Tree {
  readonly base: string;

  private constructor(base: string) {
    this.base = base;
  }

  static async grow(): Promise<Tree> {
    return new Tree(await mkdtemp(join(tmpdir(), 'foveate-sources-')));
  }

  fell(): Promise<void> {
    return rm(this.base, { recursive: true, force: true });
  }

  /** Writes a file and the folders above it. */
  async put(path: string, kind: Kind = 'image'): Promise<void> {
    const file = await this.#room(path);
    if (kind === 'nothing') return writeFile(file, '');
    if (kind === 'image') {
      return writePng(file, { width: 8, height: 6, channels: 3, data: new Uint8Array(144).fill(90) });
    }
    const mask = kind === 'small' ? emptyMask(4, 3, 255) : emptyMask(8, 6);
    // 2x6 pixels at the left.
    return writePng(file, kind === 'mask' ? fillPolygon(mask, [[0, 0], [2, 0], [2, 6], [0, 6]]) : mask); // prettier-ignore
  }

  /** Writes several files of a kind. */
  async putAll(paths: readonly string[], kind: Kind = 'image'): Promise<void> {
    for (const path of paths) await this.put(path, kind);
  }

  /** Writes a text file. */
  async write(path: string, text: string): Promise<void> {
    await writeFile(await this.#room(path), text);
  }

  /** What a plugin is given; it may ask for no other plugin. */
  context(seed = 1): PluginContext {
    return {
      baseFolder: this.base,
      seed,
      get: () => {
        throw new Error('no other plugin is needed');
      },
    };
  }

  /** A source from options as a configuration gives them, defaults not filled in. */
  async source(plugin: Plugin<'source'>, options: object, seed = 1): Promise<SampleSource> {
    const result = await plugin.options['~standard'].validate(options);
    if (result.issues !== undefined) throw new Error(result.issues.map(({ message }) => message).join('; '));
    return plugin.register(result.value, this.context(seed));
  }

  /** Everything that a source lists. */
  async scan(plugin: Plugin<'source'>, options: object, seed = 1): Promise<Scan> {
    const samples: Sample[] = [];
    const skips: Skip[] = [];
    const keys: string[] = [];
    for await (const item of (await this.source(plugin, options, seed)).scan()) {
      if ('sample' in item) samples.push(item.sample);
      else skips.push(item.skip);
      keys.push('sample' in item ? item.sample.id : item.skip.path);
    }
    const other = await this.source(plugin, options, seed);
    return { samples, skips, keys, load: (sample) => other.load(structuredClone(sample) as Sample) };
  }

  async #room(path: string): Promise<string> {
    const file = join(this.base, path);
    await mkdir(dirname(file), { recursive: true });
    return file;
  }
}

/** Samples as `id types split group`. */
export function lines(samples: readonly Sample[]): string[] {
  return samples.map(({ id, defectTypes, split, group }) =>
    [
      id,
      defectTypes.join('+') || 'good',
      ...(split === undefined ? [] : [split]),
      ...(group === undefined ? [] : [`(${group})`]),
    ].join(' '),
  );
}

/** Skips as `path reason`, sorted. */
export function reasons(skips: readonly Skip[]): string[] {
  return skips.map(({ path, reason }) => `${path} ${reason}`).sort();
}
