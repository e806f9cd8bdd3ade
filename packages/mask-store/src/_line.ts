/** A record as a line: `{"crc32":"1c291ca3",` and the rest of its JSON, which the checksum is of. */
import { crc32 } from 'node:zlib';
import { faultOfRecord, type JournalRecord } from './_record.js';

const opening = '{"crc32":"';
/** Where the rest begins: behind eight digits, a quote and a comma. */
const restAt = opening.length + 10;

function checksum(rest: Uint8Array): string {
  return crc32(rest).toString(16).padStart(8, '0');
}

/** With its end. */
export function lineOf(record: JournalRecord): Buffer {
  const rest = Buffer.from(JSON.stringify(record).slice(1));
  return Buffer.concat([Buffer.from(`${opening}${checksum(rest)}",`), rest, Buffer.from('\n')]);
}

/** @param line without its end @returns the record, or what is wrong with the line */
export function readLine(line: Buffer): JournalRecord | string {
  if (line.toString('latin1', 0, opening.length) !== opening) return 'no line of a journal';
  const told = line.toString('latin1', opening.length, restAt - 2);
  if (told !== checksum(line.subarray(restAt))) return 'text that does not have its checksum';
  try {
    const value: unknown = JSON.parse(`{${line.toString('utf8', restAt)}`);
    return faultOfRecord(value) ?? (value as JournalRecord);
  } catch {
    return 'text that is no JSON';
  }
}
