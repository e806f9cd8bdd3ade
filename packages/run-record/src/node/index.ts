/** Files of run folders: read, written, locked. */
export { EventLog, readEvents, stateFromEvents, writeRecord } from './event-log.js';
export { refuseLinksOut } from './folder-entries.js';
export { readLines, readRecord, readSamples } from './read-run.js';
export {
  missingResults,
  openRunFolder,
  readRunRecord,
  readSampleRecords,
  runFiles,
  type FolderOptions,
  type RunFolder,
} from './run-folder.js';
export { lockFolder, type WriterLock } from './writer-lock.js';
