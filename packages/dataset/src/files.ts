/** What sources of image files are made of, for layouts of one's own. */
export { good, typeNamed } from './_type-names.js';
export { companion, type Companion } from './sources/_class-files.js';
export { companionsOf, type Companions } from './sources/_companions.js';
export { fileSample, idOf, type FileParts } from './sources/_file-sample.js';
export { fileSource, type Layout } from './sources/_file-source.js';
export { walk } from './sources/_files.js';
export { inOrder } from './sources/_in-order.js';
export { foldersIn, wrongLayout, type Folders } from './sources/_layouts.js';
export { namePattern, type NamePattern } from './sources/_names.js';
export {
  categoryOption,
  companionSchema,
  imageEndings,
  rootOption,
  sharedOptions,
  splitsOption,
  type CompanionOption,
  type SharedOptions,
} from './sources/_options.js';
export { belowRoot } from './sources/_paths.js';
export { scanClasses, type ClassFolder } from './sources/_scan-class.js';
