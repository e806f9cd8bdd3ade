import { readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fail } from '@foveate/contracts';
import { resolveInside } from '@foveate/contracts/node';
import { predictionSchema } from '@foveate/run-record';
import { readLines, readRecord, readSamples } from '@foveate/run-record/node';
import type { ReportRun } from './report-run.js';

/** Bytes of the largest picture a page takes in. */
const imageLimit = 2 ** 26;

/**
 * Reads a run folder: run.json, predictions.jsonl and, when there is one, samples.jsonl. Images are read later, one by
 * one, when the page needs them. Links that lead out of the folder are not followed.
 * @throws FoveateError `PATH_MISSING` when there is no run.json; `RUN_INVALID` naming file and line when something in
 * the folder is not what a run writes
 */
export async function loadRun(folder: string): Promise<ReportRun> {
  const record = await readRecord(folder);
  if (record === null) {
    throw fail({
      code: 'PATH_MISSING',
      what: 'this is not a run folder, it has no run.json',
      where: folder,
      advice: 'Name a folder that `foveate train` wrote',
    });
  }
  const predictions = await readLines(folder, 'predictions.jsonl', predictionSchema);
  if (predictions === null && record.test !== null) {
    throw fail({
      code: 'RUN_INVALID',
      what: 'run.json has test figures, but the predictions they were computed from are missing',
      where: join(folder, 'predictions.jsonl'),
      advice: `Run \`foveate evaluate ${folder}\`, which writes them again`,
    });
  }
  const samples = await readSamples(folder);
  return {
    record,
    folder: basename(resolve(folder)),
    predictions: predictions ?? [],
    ...(samples === null ? {} : { samples }),
    images: (path) => readImage(folder, path),
  };
}

/** How a PNG file begins and ends: its signature with the length and name of the header, and its empty last part. */
const [pngStart, pngEnd] = ['89504e470d0a1a0a0000000d49484452', '0000000049454e44ae426082'].map((hex) =>
  Buffer.from(hex, 'hex'),
) as [Buffer, Buffer];

/** A run folder may come from someone else; a report must not carry off other files of this machine. */
function readImage(folder: string, path: string): Uint8Array {
  const where = resolveInside(folder, path);
  // A run that is complete has its pictures made again from its best weights.
  const advice = `Run \`foveate train --config ${join(folder, 'config.yaml')} --out ${folder} --resume\` to write it again`;
  let bytes: Buffer;
  try {
    const stats = statSync(where);
    if (!stats.isFile() || stats.size > imageLimit) {
      throw Object.assign(new Error('no picture'), { code: stats.isFile() ? 'EFBIG' : 'not a file' });
    }
    bytes = readFileSync(where);
  } catch (cause) {
    const got = String((cause as NodeJS.ErrnoException).code);
    throw fail({ code: 'RUN_INVALID', what: 'an image that run.json names cannot be read', where, got, advice, cause });
  }
  const isWhole = bytes.subarray(0, pngStart.length).equals(pngStart) && bytes.subarray(-pngEnd.length).equals(pngEnd);
  if (isWhole) return bytes;
  throw fail({
    code: 'RUN_INVALID',
    what: 'an image that run.json names is none, or only a part of one',
    where,
    expected: 'a PNG file',
    got: `${String(bytes.length)} bytes of something else`,
    advice,
  });
}
