/** What a run wrote: types, schema and reducer. Nothing here needs Node.js; files are read and written by '@foveate/run-record/node'. */
export { toJsonLines } from './json-lines.js';
export * from './run-record.js';
export { predictionSchema, runRecordSchema, sampleSchema } from './run-schema.js';
