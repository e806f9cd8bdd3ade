/** Self-contained HTML pages: per run or comparison, and of augmented images. Knows no plugin by name. */
export { heatCovers, outlineCovers, outlineWidth, type Cover } from './heatmap.js';
export { loadRun } from './load-run.js';
export {
  renderAugmentPreview,
  type AugmentPreview,
  type PreviewPicture,
  type PreviewSample,
  type PreviewStep,
  type PreviewVariant,
} from './render-augment-preview.js';
export { attributionCells, attributionColumns, randomisationCells } from './audit-heatmaps.js';
export type { AttributionFigure, AttributionRow, RandomisationRow } from './audit-heatmaps.js';
export { renderAudit, untouchedText } from './render-audit.js';
export type { Audit, AuditCase, AuditPicture, AuditRow } from './render-audit.js';
export type { ExampleRuns } from './experiment/examples.js';
export { renderExperiment } from './experiment/render-experiment.js';
export type {
  ArmDifference,
  ArmResult,
  ExperimentCell,
  ExperimentMeasure,
  ExperimentResult,
  Finding,
  MeasureResult,
  PublishedFigure,
} from './experiment/result.js';
export { fewestSeeds, significance } from './experiment/result.js';
export { experimentFigures } from './experiment/figures.js';
export { findings } from './experiment/words.js';
export { armTable, differenceTable, type TextTable } from './experiment/tables.js';
export { isOwnPage } from './page-text.js';
export { renderReport, type ReportOptions } from './render-report.js';
export type { ReportRun } from './report-run.js';
export { renderContactSheet } from './sheet/contact-sheet.js';
export { dataFacts } from './sheet/facts.js';
export type { ClassRow, Coverage, Inspection, Picture, Problem, Tally } from './sheet/inspection.js';
