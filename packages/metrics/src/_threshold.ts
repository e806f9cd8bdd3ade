import { z } from 'zod';

/** Option of metrics that count verdicts. */
export const threshold = z
  .number()
  .min(0)
  .max(1)
  .optional()
  .describe('Images with at least this score are called defective. Default: that of the decision.');
