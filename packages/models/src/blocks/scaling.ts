/**
 * The multiple of `divisor` that is nearest to `channels`, but not less than 90% of it: how the MobileNet and EfficientNet
 * papers' code scales widths.
 */
export function roundChannels(channels: number, divisor = 8): number {
  const rounded = Math.max(divisor, Math.floor((channels + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * channels ? rounded + divisor : rounded;
}
