/** Why a folder holds no model, and what to do about it. */
import { fail, isFoveateError, type FoveateError } from '@foveate/contracts';
import { readEvents, readRecord, refuseLinksOut, runFiles } from '@foveate/run-record/node';
import { access } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What to say of a folder without model file.
 * @throws FoveateError `RUN_INVALID` for a run whose record is damaged
 */
export async function noModel(folder: string): Promise<FoveateError> {
  const error = (what: string, advice: string, expected?: string) =>
    fail({
      code: 'RUN_INVALID',
      what,
      where: join(folder, runFiles.model),
      advice,
      ...(expected === undefined ? {} : { expected }),
    });
  const goOn = `foveate train --config ${join(folder, runFiles.config)} --out ${folder} --resume`;
  const write = `foveate export ${folder} --format onnx --normalise --heatmap --out ${folder}`;
  refuseLinksOut(folder);
  const record = await readRecord(folder);
  if (record === null) {
    const isRun = await access(join(folder, runFiles.config)).then(
      () => true,
      () => false,
    );
    if (!isRun) {
      const expected = `a run folder with a ${runFiles.model}, or an ONNX file`;
      return error('The folder is no run folder', 'Name a folder that foveate train wrote', expected);
    }
    return (await endedWell(folder))
      ? error('The pipeline of this run trains nothing', 'Name a run with the stages train and export')
      : error('The run ended before its training began', 'Run it again with --overwrite');
  }
  if (record.status !== 'completed') {
    const best = record.bestEpoch === null ? '' : `; or write the model of its best epoch so far with: ${write}`;
    return error('The run is not complete, so that it has no model yet', `Go on with it with: ${goOn}${best}`);
  }
  const { pipeline } = record.config;
  const lost = Array.isArray(pipeline) && pipeline.some((stage) => (stage as { id?: unknown } | null)?.id === 'export');
  return error(
    lost ? 'The model of the run is missing' : 'The run was made without the stage export',
    `Write the model with: ${write}`,
  );
}

/** Whether the last thing that the run logged is its end. */
async function endedWell(folder: string): Promise<boolean> {
  let isEnd = false;
  try {
    for await (const event of readEvents(folder)) isEnd = event.type === 'run-end' && event.status === 'completed';
  } catch (error) {
    if (!isFoveateError(error) || error.code !== 'PATH_MISSING') throw error;
  }
  return isEnd;
}
