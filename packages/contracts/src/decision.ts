/** What a run makes of scores. */
export interface Decision {
  /** Images with at least this score are called defective, in [0, 1]. */
  readonly threshold: number;
  /** What logits are divided by to become scores, above 0; absent: scores come from the logits as they are. */
  readonly temperature?: number;
}

/** That of runs that chose none. */
export const usualDecision: Decision = { threshold: 0.5 };
