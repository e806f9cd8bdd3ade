/** Where on an image a defect counts. */
export const areas = ['everywhere', 'vertical', 'horizontal'] as const;

/** One of {@link areas}: the whole image, or a band in its middle. */
export type Area = (typeof areas)[number];
