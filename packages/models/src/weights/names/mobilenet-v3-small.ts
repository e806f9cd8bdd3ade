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

/** Keras gives the first block no number; before version 3 it joined words by slashes. */
const kerasBlock = (ours: string, theirs: string): Lines => [
  [`${ours}/expand/conv`, `${theirs}_expand`, `${theirs}/expand`],
  [`${ours}/expand/norm`, `${theirs}_expand_bn`, `${theirs}/expand/BatchNorm`],
  [`${ours}/depthwise/conv`, `${theirs}_depthwise`, `${theirs}/depthwise`],
  [`${ours}/depthwise/norm`, `${theirs}_depthwise_bn`, `${theirs}/depthwise/BatchNorm`],
  [`${ours}/squeeze/reduce`, `${theirs}_squeeze_excite_conv`, `${theirs}/squeeze_excite/Conv`],
  [`${ours}/squeeze/expand`, `${theirs}_squeeze_excite_conv_1`, `${theirs}/squeeze_excite/Conv_1`],
  [`${ours}/project/conv`, `${theirs}_project`, `${theirs}/project`],
  [`${ours}/project/norm`, `${theirs}_project_bn`, `${theirs}/project/BatchNorm`],
];

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
    // Only the weights whose names begin with tf_ have this model's batch norm.
    scheme: 'timm',
    convention: pytorch,
    padding: 'same',
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
      ['stem/conv', 'conv', 'Conv'],
      ['stem/norm', 'conv_bn', 'Conv/BatchNorm'],
      ...kerasBlock('block1', 'expanded_conv'),
      ...kerasBlock('block{b}', 'expanded_conv_{b-1}'),
      ['top/conv', 'conv_1', 'Conv_1'],
      ['top/norm', 'conv_1_bn', 'Conv_1/BatchNorm'],
      ['hidden', 'conv_2', 'Conv_2'],
      ['logits', 'logits', 'Logits'],
    ],
  },
];
