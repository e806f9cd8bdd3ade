/** A segmenter's file, opened and checked. */
import { createHash } from 'node:crypto';
import { fail, segmenterKey, type OpenedModel, type SegmenterRecord } from '@foveate/contracts';
import { readRegularFile } from '@foveate/contracts/node';
import { onnxMetadata, openOnnx } from '@foveate/engine-onnx/open';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Name of the network in a run folder. */
const networkFile = 'segmenter.onnx';

/** Bytes of the largest file: the format holds no more. */
const largest = 2 ** 31;

/** Pixels of the largest network input. */
const mostPixels = 2 ** 24;

const share = z.number().min(0).max(1);

const isRising = (knots: readonly (readonly [number, number])[]): boolean =>
  knots.every(([x, y], index) => {
    const before = knots[index - 1];
    return before === undefined || (x > before[0] && y >= before[1]);
  });

const record: z.ZodType<SegmenterRecord> = z
  .object({
    version: z.literal(1),
    areas: z.array(z.string().min(1)).min(1).max(1000),
    calibration: z.array(
      z
        .array(z.tuple([share, share]))
        .min(1)
        .refine(isRising, 'the confidence falls'),
    ),
  })
  .refine(({ areas, calibration }) => areas.length === calibration.length && new Set(areas).size === areas.length);

/** An open network and what is known of it. */
export interface SegmenterNetwork extends Pick<SegmenterRecord, 'areas' | 'calibration'> {
  readonly model: OpenedModel;
  /** SHA-256 of the file, hexadecimal. */
  readonly hash: string;
  readonly height: number;
  readonly width: number;
  /** Path, or what stands for it. */
  readonly where: string;
}

/**
 * @param source run folder, ONNX file, or the bytes of one
 * @throws FoveateError `PATH_MISSING`; `ENGINE_UNSUPPORTED` for a file that is no segmenter
 */
export async function openSegmenterFile(
  source: string | Uint8Array,
  threads: number | undefined,
): Promise<SegmenterNetwork> {
  const where = typeof source === 'string' ? await filePath(source) : 'the bytes given';
  const bytes = typeof source === 'string' ? await readNetwork(where) : source;
  const told = record.safeParse(parsed(onnxMetadata(bytes)[segmenterKey]));
  if (!told.success)
    throw noSegmenter(where, `metadata '${segmenterKey}' of a segmenter`, told.error.issues[0]?.message);
  const model = await openOnnx(bytes, threads === undefined ? {} : { threads });
  const { type, shape = [] } = model.inputs?.['images'] ?? {};
  const [, height, width, channels] = shape;
  if (type !== 'uint8' || channels !== 3 || !height || !width || height * width > mostPixels) {
    model.dispose();
    throw noSegmenter(
      where,
      "an input 'images' [N, height, width, 3] of uint8",
      `${type ?? 'none'} [${shape.join(', ')}]`,
    );
  }
  const hash = createHash('sha256').update(bytes).digest('hex');
  return { ...told.data, model, hash, height, width, where };
}

async function readNetwork(where: string): Promise<Uint8Array> {
  return readRegularFile(where, largest).catch((cause: unknown) => {
    throw noSegmenter(where, 'a file that can be read', (cause as NodeJS.ErrnoException).code ?? String(cause));
  });
}

/** The error for a file that is something else. */
export function noSegmenter(where: string, expected: string, got = 'nothing'): Error {
  return fail({
    code: 'ENGINE_UNSUPPORTED',
    what: 'The file is no segmentation network of Foveate',
    where,
    expected,
    got,
  });
}

async function filePath(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw fail({ code: 'PATH_MISSING', what: 'There is no segmentation network', where: path, advice: 'Name the folder that foveate masks train wrote, or its segmenter.onnx' }); // prettier-ignore
  if (!found.isDirectory()) return path;
  const file = join(path, networkFile);
  if ((await stat(file).catch(() => undefined)) !== undefined) return file;
  throw fail({
    code: 'RUN_INVALID',
    what: 'The folder holds no segmentation network',
    where: file,
    advice: 'Let a training end in this folder: foveate masks train … --out, with --resume where it was stopped',
  });
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
