export type {
  EntryFilter,
  MaskEntry,
  MaskKey,
  MaskKind,
  MaskSource,
  MaskStatus,
  MaskStore,
  NewMask,
  Provenance,
  StoredImage,
} from './mask-store.js';
export { mostAtOnce } from './_limits.js';
export { createMaskStore, openMaskStore, type CreateOptions } from './open.js';
export { hashImageFile, hashPixels, identifyImage } from './image-files.js';
export { faultOfName, faultOfProvenance } from './_record.js';
export { imageEndings, listImages, scanImages, type ScanOptions, type ScannedImage } from './scan-images.js';
export { checkStore, type CheckOptions, type Finding, type StoreCheck } from './check.js';
export { compareImages, type ComparedImages } from './compare-images.js';
export { dice, iou } from './overlap.js';
export { boundaryOf, boundaryScore, type BoundaryScore } from './boundary.js';
export { agreement, type Agreement, type KeyAgreement } from './agreement.js';
export { coverage, type Coverage } from './coverage.js';
