/** Where in a configuration plugins are named, and of which kind. The one table that config, schema and container share. */
import type { ChosenPlugin, PluginKind } from '@foveate/contracts';
import type { RunConfig } from './run-config.js';

/** A place in the configuration that names a plugin, or a list of them. */
export interface Slot {
  readonly path: readonly [string, ...string[]];
  readonly kind: PluginKind;
  /** True where the value is a list of plugins, applied in order. */
  readonly many: boolean;
  /** Plugin whose option `of` a list in place of one plugin is; absent: a list is refused. */
  readonly listAs?: string;
  /** One sentence for the editor. */
  readonly summary: string;
  /** The plugins a validated configuration chose here. */
  readonly read: (config: RunConfig) => readonly ChosenPlugin[];
}

/** All slots, in pipeline order. */
export const slots: readonly Slot[] = [
  {
    path: ['pipeline'],
    kind: 'stage',
    many: true,
    summary: 'The stages, in order; left out: the usual ones.',
    read: ({ pipeline }) => pipeline,
  },
  {
    path: ['data', 'source'],
    kind: 'source',
    many: false,
    summary: 'Where the images come from.',
    read: ({ data }) => [data.source],
  },
  {
    path: ['data', 'aoi'],
    kind: 'aoi',
    many: false,
    listAs: 'fallback',
    summary: 'The area of interest of each image; a list: the first that has one for the image.',
    read: ({ data }) => [data.aoi],
  },
  {
    path: ['data', 'label'],
    kind: 'labeller',
    many: false,
    summary: 'What counts as defective.',
    read: ({ data }) => [data.label],
  },
  {
    path: ['data', 'split'],
    kind: 'splitter',
    many: false,
    summary: 'How samples are divided into train, validation and test.',
    read: ({ data }) => [data.split],
  },
  {
    path: ['data', 'augment'],
    kind: 'augmentation',
    many: true,
    summary: 'Transforms of training images, applied in this order.',
    read: ({ data }) => data.augment,
  },
  {
    path: ['data', 'disturb'],
    kind: 'augmentation',
    many: true,
    summary:
      'Transforms of validation images, each done outside of the area of interest alone, to measure how verdicts change.',
    read: ({ data }) => data.disturb,
  },
  { path: ['model'], kind: 'model', many: false, summary: 'The network.', read: ({ model }) => [model] },
  { path: ['loss'], kind: 'loss', many: false, summary: 'The training objective.', read: ({ loss }) => [loss] },
  {
    path: ['optimizer'],
    kind: 'optimizer',
    many: false,
    summary: 'The update rule.',
    read: ({ optimizer }) => [optimizer],
  },
  {
    path: ['explain'],
    kind: 'explainer',
    many: false,
    summary: 'How heatmaps are made, and `images`: how many test images the report shows.',
    read: ({ explain }) => [explain],
  },
  {
    path: ['metrics'],
    kind: 'metric',
    many: true,
    summary: 'What is measured on each split.',
    read: ({ metrics }) => metrics,
  },
  { path: ['engine'], kind: 'engine', many: false, summary: 'What computes.', read: ({ engine }) => [engine] },
  {
    path: ['observers'],
    kind: 'observer',
    many: true,
    summary: 'What follows the run: logs and trackers.',
    read: ({ observers }) => observers,
  },
];
