/** How sure a registration is. */
export function confidenceOf(correlation: number, rival: number): number {
  return Math.atanh(Math.min(0.999, Math.max(0, correlation))) - Math.atanh(Math.min(0.999, Math.max(0, rival)));
}
