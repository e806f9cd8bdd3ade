/** Lists of samples in files: CSV with a header, or JSON Lines. Read as a stream, with the line of each row. */
import { basename } from 'node:path';
import { fail, type FoveateError } from '@foveate/contracts';
import { openRegular } from '@foveate/contracts/node';
import { CsvError, parse } from 'csv-parse';
import type { ReadStream } from 'node:fs';
import { linesOf } from './_lines.js';
import { didYouMean } from './_nearest.js';

/** A row and where it stands. */
export interface Row {
  /** Line in the file, from 1; of a row that spans several the last. */
  readonly line: number;
  /** Columns of the header; of JSON Lines the keys of this row. */
  readonly columns: readonly string[];
  /** The cell of a column, in CSV a text; undefined when it is empty or not there. */
  readonly get: (column: string) => unknown;
}

/** True for `.jsonl` and `.ndjson`. */
export function isJsonLines(path: string): boolean {
  return /\.(jsonl|ndjson)$/i.test(path);
}

/**
 * Reads a list as a stream.
 * @param delimiter of CSV
 * @throws FoveateError `PATH_MISSING` when there is no such file, `DATA_INVALID` naming file and line when it is damaged
 */
export function readRows(path: string, delimiter = ','): AsyncGenerator<Row> {
  return isJsonLines(path) ? jsonRows(path) : csvRows(path, delimiter);
}

// A quote that is not closed must not gather the rest of the file.
const longestRow = 1_000_000;

async function* csvRows(path: string, delimiter: string): AsyncGenerator<Row> {
  const file = await opened(path);
  const parser = file
    .on('error', (error) => parser.destroy(error))
    .pipe(parse({ bom: true, info: true, delimiter, skip_empty_lines: true, trim: true, max_record_size: longestRow }));
  let header: ReturnType<typeof headerOf> | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (header === undefined) header = headerOf(record, path);
      else {
        const { places, columns } = header;
        const get = (column: string): unknown => {
          const at = places.get(column);
          return at === undefined || record[at] === '' ? undefined : record[at];
        };
        yield { line: info.lines, columns, get };
      }
    }
  } catch (error) {
    throw unreadable(error, path);
  } finally {
    file.destroy();
  }
}

/** The file as a stream. @throws FoveateError `PATH_MISSING` when it is not there, not readable or no regular file */
async function opened(path: string): Promise<ReadStream> {
  try {
    return (await openRegular(path)).createReadStream();
  } catch (error) {
    throw unreadable(error, path);
  }
}

function headerOf(record: readonly string[], path: string) {
  const places = new Map(record.map((name, index) => [name, index]));
  if (places.size === record.length) return { columns: record, places };
  const twice = record.find((name, index) => record.indexOf(name) !== index) ?? '';
  throw fail({
    code: 'DATA_INVALID',
    what: 'A column is there twice',
    where: `${path}:1`,
    got: `'${twice}'`,
    advice: 'Rename one of the two',
  });
}

async function* jsonRows(path: string): AsyncGenerator<Row> {
  const stream = await opened(path);
  let line = 0;
  try {
    for await (const text of linesOf(stream, longestRow)) {
      line++;
      if (text.trim() === '') continue;
      const row: unknown = JSON.parse(text);
      if (typeof row !== 'object' || row === null || Array.isArray(row)) throw new SyntaxError('not an object');
      const cells = row as Readonly<Record<string, unknown>>;
      const get = (column: string): unknown => {
        const value = Object.hasOwn(cells, column) ? cells[column] : undefined;
        return value === null || value === '' ? undefined : value;
      };
      yield { line, columns: Object.keys(cells), get };
    }
  } catch (error) {
    // The line that is too long is the one after the last that came.
    throw unreadable(error, path, error instanceof RangeError ? line + 1 : line);
  } finally {
    stream.destroy();
  }
}

function unreadable(error: unknown, path: string, line?: number): unknown {
  if (error instanceof CsvError) {
    return invalidRow(
      path,
      error.lines as number,
      'The line is not valid CSV',
      error.message.split('\n')[0] ?? '',
      error,
    );
  }
  if (line !== undefined && String(error).startsWith('SyntaxError')) {
    return invalidRow(path, line, 'The line is not a JSON object', String(error).replace('SyntaxError: ', ''), error);
  }
  if (line !== undefined && error instanceof RangeError) {
    return invalidRow(path, line, 'The line is too long', error.message, error);
  }
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
  if (code === undefined || !/^(E[A-Z]+|an? .*)$/.test(code)) return error;
  return fail({
    code: 'PATH_MISSING',
    what: 'The list of images cannot be read',
    where: path,
    got: code,
    advice: 'Check the path and its permissions; it must be a regular file',
    cause: error,
  });
}

function invalidRow(path: string, line: number, what: string, got: string, cause: unknown): FoveateError {
  return fail({ code: 'DATA_INVALID', what, where: `${path}:${line}`, got, advice: 'Correct the line', cause });
}

/**
 * Refuses a list that lacks a column.
 * @param orElse what else could be done, to end the advice
 * @throws FoveateError `DATA_INVALID` with the columns there are and the nearest one
 */
export function requireColumn(column: string, { columns, line }: Row, path: string, orElse = ''): void {
  if (columns.includes(column)) return;
  // Of CSV the header lacks it, of JSON Lines this row.
  const json = isJsonLines(path);
  throw fail({
    code: 'DATA_INVALID',
    what: `${basename(path)} has no column '${column}'`,
    where: `${path}:${json ? line : 1}`,
    got: `columns ${columns.map((name) => `'${name}'`).join(', ')}`,
    advice:
      (json ? undefined : delimiterAdvice(columns)) ??
      `${didYouMean(column, columns)}Name the columns of the file under 'columns'${orElse}`,
  });
}

/** A header of one column that holds what usually divides columns was written with another delimiter. */
function delimiterAdvice([only = '', ...others]: readonly string[]): string | undefined {
  const delimiter = others.length > 0 ? undefined : [';', '\t', '|', ','].find((character) => only.includes(character));
  return delimiter && `Set delimiter: ${JSON.stringify(delimiter)}, with which the columns seem to be divided`;
}
