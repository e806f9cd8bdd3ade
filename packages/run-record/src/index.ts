/** What a run wrote: types, schema and reducer. Nothing here needs Node.js; files are read and written by '@foveate/run-record/node'. */
export { toJsonLines } from './json-lines.js';
export { runRecordVersion, type PredictionRecord, type RunRecord, type SampleRecord } from '@foveate/contracts';
export { isKept, reduce, type LoggedEvent, type RunState } from './reduce.js';
export { predictionSchema, runRecordSchema, sampleSchema } from './run-schema.js';
