/** One self-contained HTML page per run or comparison. Reads run folders; knows no plugin by name. */
export { loadRun } from './load-run.js';
export { renderReport, type ReportOptions } from './render-report.js';
export type { ReportRun } from './report-run.js';
