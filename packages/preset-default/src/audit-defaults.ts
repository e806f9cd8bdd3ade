/** What an audit does to images where nobody chose other disturbances. */
export const auditDefaults = [
  { side: 'outside', augment: { id: 'background-swap', probability: 1 } },
  { side: 'outside', augment: { id: 'defect-paste', place: 'outside', probability: 1 } },
  { side: 'outside', augment: { id: 'decoy', probability: 1 } },
  { side: 'outside', augment: { id: 'defocus-blur', probability: 1 } },
  { side: 'outside', augment: { id: 'brightness-contrast', probability: 1 } },
  { side: 'inside', augment: { id: 'defect-paste', place: 'inside', probability: 1 } },
  { side: 'inside', augment: { id: 'defocus-blur', probability: 1 } },
] as const;
