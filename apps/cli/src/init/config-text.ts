/** The configuration that `foveate init` writes, with comments. */
import { basename, isAbsolute, relative, sep } from 'node:path';
import { stringify } from 'yaml';
import type { Area } from './area.js';
import type { Recognised } from './layout.js';

/** A path as it stands in a configuration in this folder. */
function pathFrom(folder: string, path: string): string {
  const way = relative(folder, path).split(sep).join('/');
  return isAbsolute(way) || way.startsWith('../') ? way : way === '' ? '.' : `./${way}`;
}

/** Options of the source, their paths relative to the configuration. */
function sourceOf({ source, root, withoutRoot = false }: Recognised, folder: string): Record<string, unknown> {
  const { id, file, annotations, ...rest } = source;
  const place = (value: unknown): unknown => (typeof value === 'string' ? pathFrom(folder, value) : value);
  const files = Array.isArray(annotations)
    ? annotations.map((one: Record<string, unknown>) => ({ ...one, file: place(one['file']) }))
    : place(annotations);
  return {
    id,
    ...(withoutRoot ? {} : { root: pathFrom(folder, root) }),
    ...(file === undefined ? {} : { file: place(file) }),
    ...(annotations === undefined ? {} : { annotations: files }),
    ...rest,
  };
}

const yaml = (value: unknown, indent: number): string =>
  stringify(value, { lineWidth: 0 })
    .trimEnd()
    .replaceAll('\n', `\n${' '.repeat(indent)}`);

function areaLines(area: Area, { masks, ownAreas = false }: Recognised): string {
  if (ownAreas) {
    return `  # The area of interest: the masks that come with the images.
  aoi: source${masks ? byGeometry : byType}`;
  }
  if (area === 'everywhere') {
    return `  # The area of interest is the whole image. To make the network look at a part of it, name that part, for example
  #   aoi: { id: template, shape: { kind: band, direction: vertical, from: 0.25, to: 0.75 } }
  # and add the line: preset: aoi
  aoi: whole${byType}`;
  }
  return `  # The area of interest: a ${area} band in the middle, from and to in shares of the ${area === 'vertical' ? 'width' : 'height'}.
  aoi: { id: template, shape: { kind: band, direction: ${area}, from: 0.25, to: 0.75 } }${masks ? byGeometry : byType}`;
}

const byType = `
  # Every defect makes its image defective, wherever it lies.
  label: { id: aoi, byGeometry: false }`;

const byGeometry = `
  # A defect that lies at least 90% in the area makes its image defective, one at most 10% in it does not; what lies
  # between is left out.
  label: { id: aoi, byGeometry: { inside: 0.9, outside: 0.1, between: drop } }`;

/** What makes the network look at the area. No loss is named: it would count instead of the preset's. */
const preset = `# Makes the decision depend on the area of interest: the surroundings change places between training images, and a loss
# counts heat outside the area. Without this line it is plain cross-entropy. Parts should lie alike in all images.
preset: aoi`;

/** The text of a configuration that stands in `folder`. */
export function configText(
  data: Recognised,
  { folder, area }: { readonly folder: string; readonly area: Area },
): string {
  const guided = area !== 'everywhere' || data.ownAreas === true;
  return `# Made by foveate init, which found ${data.found.replaceAll(/\s+/g, ' ')}.
# All keys: foveate schema. What each part can be: foveate plugins list.
name: ${yaml(basename(data.root), 2)}
seed: 1
data:
  source:
    ${yaml(sourceOf(data, folder), 4)}
${areaLines(area, data)}
  # Shares of train, validation and test. Images that look the same stay together.
  split:
    ${yaml(data.split ?? { id: 'stratified', train: 0.7, validation: 0.15, test: 0.15 }, 4)}
  # What the network sees, in pixels. Small defects may need more.
  size: 224
  # Changes that do not make a good part defective, or the other way round; try them with foveate augment preview.
  augment: [flip-horizontal, flip-vertical]
# custom-cnn starts from nothing; efficientnet-b0 and others can start from pretrained weights: foveate models list.
model: custom-cnn
${guided ? `${preset}\n` : ''}training: { epochs: 20, batchSize: 16 }
`;
}
