import { keras, pytorch } from '../conventions.js';
import type { WeightNaming } from '../naming.js';

type Lines = WeightNaming['layers'];

const torchvisionBlock = (parts: readonly string[], block: string): Lines =>
  parts.flatMap((part, index): Lines => {
    const [ours, theirs] = [`block${block}/${part}`, `features.${block}.block.${index}`];
    return part === 'squeeze'
      ? [
          [`${ours}/reduce`, `${theirs}.fc1`],
          [`${ours}/expand`, `${theirs}.fc2`],
        ]
      : [
          [`${ours}/conv`, `${theirs}.0`],
          [`${ours}/norm`, `${theirs}.1`],
        ];
  });

/** timm divides the blocks into stages. */
const timmStages = [[1], [2, 3], [4, 5, 6], [7, 8], [9, 10, 11]];

/** Keras gives the first block no number; its versions differ in how they join words. */
const kerasBlock = (ours: string, theirs: string, [between, norm, conv]: readonly [string, string, string]): Lines => [
  [`${ours}/expand/conv`, `${theirs}${between}expand`],
  [`${ours}/expand/norm`, `${theirs}${between}expand${norm}`],
  [`${ours}/depthwise/conv`, `${theirs}${between}depthwise`],
  [`${ours}/depthwise/norm`, `${theirs}${between}depthwise${norm}`],
  [`${ours}/squeeze/reduce`, `${theirs}${between}squeeze_excite${conv}`],
  [`${ours}/squeeze/expand`, `${theirs}${between}squeeze_excite${conv}_1`],
  [`${ours}/project/conv`, `${theirs}${between}project`],
  [`${ours}/project/norm`, `${theirs}${between}project${norm}`],
];
const keras3 = ['_', '_bn', '_conv'] as const;
const keras2 = ['/', '/BatchNorm', '/Conv'] as const;

/** MobileNetV3-small elsewhere. */
export const mobileNetV3SmallNames: readonly WeightNaming[] = [
  {
    scheme: 'torchvision',
    convention: pytorch,
    padding: 'symmetric',
    layers: [
      ['stem/conv', 'features.0.0'],
      ['stem/norm', 'features.0.1'],
      ...torchvisionBlock(['depthwise', 'squeeze', 'project'], '1'),
      ...torchvisionBlock(['expand', 'depthwise', 'project'], '2'),
      ...torchvisionBlock(['expand', 'depthwise', 'project'], '3'),
      ...torchvisionBlock(['expand', 'depthwise', 'squeeze', 'project'], '{b}'),
      ['top/conv', 'features.12.0'],
      ['top/norm', 'features.12.1'],
      ['hidden', 'classifier.0'],
      ['logits', 'classifier.3'],
    ],
  },
  {
    scheme: 'timm',
    convention: pytorch,
    layers: [
      ['stem/conv', 'conv_stem'],
      ['stem/norm', 'bn1'],
      ['block1/depthwise/conv', 'blocks.0.0.conv_dw'],
      ['block1/depthwise/norm', 'blocks.0.0.bn1'],
      ['block1/project/conv', 'blocks.0.0.conv_pw'],
      ['block1/project/norm', 'blocks.0.0.bn2'],
      ...timmStages.flatMap((stage, s) =>
        stage.flatMap((block, b): Lines => {
          const [ours, theirs] = [`block${block}`, `blocks.${s}.${b}`];
          return [
            [`${ours}/expand/conv`, `${theirs}.conv_pw`],
            [`${ours}/expand/norm`, `${theirs}.bn1`],
            [`${ours}/depthwise/conv`, `${theirs}.conv_dw`],
            [`${ours}/depthwise/norm`, `${theirs}.bn2`],
            [`${ours}/squeeze/reduce`, `${theirs}.se.conv_reduce`],
            [`${ours}/squeeze/expand`, `${theirs}.se.conv_expand`],
            [`${ours}/project/conv`, `${theirs}.conv_pwl`],
            [`${ours}/project/norm`, `${theirs}.bn3`],
          ];
        }),
      ),
      ['top/conv', 'blocks.5.0.conv'],
      ['top/norm', 'blocks.5.0.bn1'],
      ['hidden', 'conv_head'],
      ['logits', 'classifier'],
    ],
  },
  {
    scheme: 'keras',
    convention: keras,
    padding: 'same',
    layers: [
      ['stem/conv', 'conv'],
      ['stem/norm', 'conv_bn'],
      ...kerasBlock('block1', 'expanded_conv', keras3),
      ...kerasBlock('block{b}', 'expanded_conv_{b-1}', keras3),
      ['top/conv', 'conv_1'],
      ['top/norm', 'conv_1_bn'],
      ['hidden', 'conv_2'],
      ['logits', 'logits'],
    ],
  },
  {
    // Keras before version 3, and its weights for download.
    scheme: 'keras-2',
    convention: keras,
    padding: 'same',
    layers: [
      ['stem/conv', 'Conv'],
      ['stem/norm', 'Conv/BatchNorm'],
      ...kerasBlock('block1', 'expanded_conv', keras2),
      ...kerasBlock('block{b}', 'expanded_conv_{b-1}', keras2),
      ['top/conv', 'Conv_1'],
      ['top/norm', 'Conv_1/BatchNorm'],
      ['hidden', 'Conv_2'],
      ['logits', 'Logits'],
    ],
  },
];
