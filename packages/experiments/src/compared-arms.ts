/** Which arms are compared. */

/** Every arm with every baseline: `[arm, baseline]`. Of two baselines the later one is the arm, so that no pair comes twice. */
export function comparedArms(
  arms: readonly string[],
  baselines: readonly string[],
): readonly (readonly [arm: string, baseline: string])[] {
  return baselines.flatMap((baseline, index) => {
    const earlier = baselines.slice(0, index + 1);
    return arms.filter((arm) => !earlier.includes(arm)).map((arm) => [arm, baseline] as const);
  });
}
