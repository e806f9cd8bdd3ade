/** What `foveate init` does. */
import { stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fail } from '@foveate/contracts';
import { writeAtomically } from '@foveate/contracts/node';
import { parse } from 'yaml';
import { areas, type Area } from '../init/area.js';
import { configText } from '../init/config-text.js';
import { Questions } from '../init/questions.js';
import { recognise } from '../init/recognise.js';
import { defaultRunner } from '../runner.js';
import { print, printJson } from '../terminal/terminal.js';

/** Options of `init`. */
export interface InitOptions {
  readonly out: string;
  readonly area?: Area;
  readonly good?: string;
  readonly yes?: boolean;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

const exists = (path: string): Promise<boolean> => stat(path).then(() => true, () => false); // prettier-ignore

/** What stands at the path is kept unless its owner agrees. */
async function mayWrite(file: string, overwrite: boolean, questions: Questions | undefined): Promise<void> {
  if (overwrite || !(await exists(file))) return;
  if (await questions?.yes(`${file} is there already. Replace it?`)) return;
  throw fail({
    code: 'OUTPUT_EXISTS',
    what: 'There is such a file already',
    where: file,
    advice: 'Choose another name with --out, or replace it with --overwrite',
  });
}

function goodOf(given: string | undefined, questions: Questions | undefined) {
  return async (folders: readonly string[]): Promise<string> => {
    if (given !== undefined && folders.includes(given)) return given;
    if (given === undefined && questions !== undefined)
      return questions.choice('Which of these folders shows parts without defect?', folders);
    throw fail({
      code: 'CONFIG_INVALID',
      what:
        given === undefined
          ? 'No folder is named as those without defect are: good, ok, normal'
          : 'There is no such folder of images',
      where: '--good',
      expected: `one of ${folders.join(', ')}`,
      ...(given === undefined ? {} : { got: given }),
      advice: `Say which shows no defect: --good ${folders[0] ?? ''}`,
    });
  };
}

const areaWords = [
  'everywhere on the image',
  'only in a vertical band in the middle',
  'only in a horizontal band in the middle',
];

/** Recognises how images are arranged and writes a configuration. */
export async function init(
  given: string | undefined,
  { out, area, good, yes = false, overwrite = false, json = false }: InitOptions,
): Promise<void> {
  const asks = !yes && process.stdin.isTTY && process.stderr.isTTY;
  const questions = asks ? new Questions(process.stdin, process.stderr) : undefined;
  try {
    const images = resolve(given ?? (await questions?.text('Where are the images?', '.')) ?? '.');
    const file = resolve(out);
    await mayWrite(file, overwrite, questions);
    const data = await recognise(images, { whichIsGood: goodOf(good, questions) });
    const where =
      area ??
      (data.ownAreas === true ? undefined : await questions?.choice('Where does a defect count?', areas, areaWords)) ??
      'everywhere';
    const folder = dirname(file);
    const list = join(folder, `${file.slice(folder.length + 1).replace(/\.[^.]+$/, '')}.csv`);
    if (data.list !== undefined) await mayWrite(list, overwrite, questions);
    const found = data.list === undefined ? data : { ...data, source: { ...data.source, file: list } };
    const text = configText(found, { folder, area: where });
    // What cannot be read is not written.
    await defaultRunner().makeConfig(parse(text), folder);
    if (data.list !== undefined) await writeAtomically(list, data.list);
    await writeAtomically(file, text);
    const written = [file, ...(data.list === undefined ? [] : [list])].map((path) => relative('.', path));
    if (json) return void printJson({ source: data.source['id'], found: data.found, written }, 2);
    print(`Found       ${data.found}`);
    print(`Written     ${written.join(', ')}`);
    print(
      `\nLook at the data, then train:\n  foveate dataset inspect ${written[0] ?? ''} --sheet data.html\n  foveate train --config ${written[0] ?? ''}`,
    );
  } finally {
    questions?.close();
  }
}
