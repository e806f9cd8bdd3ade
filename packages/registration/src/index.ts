export {
  refusalTexts,
  register,
  registrar,
  type RefusalReason,
  type Registration,
  type RegistrationOptions,
} from './register.js';
export type { Transform } from './similarity.js';
export { transformMask, type MovedMask } from './transform-mask.js';
