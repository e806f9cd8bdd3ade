import { z } from 'zod';

/** Option of metrics that count verdicts. */
export const threshold = z
  .number()
  .min(0)
  .max(1)
  .default(0.5)
  .describe('Images with at least this probability of being defective are called defective.');
