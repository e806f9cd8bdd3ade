import { gluon, keras, pytorch } from '../conventions.js';
import type { WeightNaming } from '../naming.js';

/** Libraries that number the blocks of all stages in a row need to know how many there are. */
const blocks = [1, 2, 3, 4, 3, 3, 1];

/** MobileNetV2 elsewhere. */
export const mobileNetV2Names: readonly WeightNaming[] = [
  {
    scheme: 'torchvision',
    convention: pytorch,
    padding: 'symmetric',
    blocks,
    layers: [
      ['stem/conv', 'features.0.0'],
      ['stem/norm', 'features.0.1'],
      // The first block does not expand, so that its parts have smaller numbers.
      ['stage1/block1/depthwise/conv', 'features.1.conv.0.0'],
      ['stage1/block1/depthwise/norm', 'features.1.conv.0.1'],
      ['stage1/block1/project/conv', 'features.1.conv.1'],
      ['stage1/block1/project/norm', 'features.1.conv.2'],
      ['stage{s}/block{b}/expand/conv', 'features.{n+1}.conv.0.0'],
      ['stage{s}/block{b}/expand/norm', 'features.{n+1}.conv.0.1'],
      ['stage{s}/block{b}/depthwise/conv', 'features.{n+1}.conv.1.0'],
      ['stage{s}/block{b}/depthwise/norm', 'features.{n+1}.conv.1.1'],
      ['stage{s}/block{b}/project/conv', 'features.{n+1}.conv.2'],
      ['stage{s}/block{b}/project/norm', 'features.{n+1}.conv.3'],
      ['top/conv', 'features.18.0'],
      ['top/norm', 'features.18.1'],
      ['logits', 'classifier.1'],
    ],
  },
  {
    scheme: 'timm',
    convention: pytorch,
    layers: [
      ['stem/conv', 'conv_stem'],
      ['stem/norm', 'bn1'],
      ['stage1/block1/depthwise/conv', 'blocks.0.0.conv_dw'],
      ['stage1/block1/depthwise/norm', 'blocks.0.0.bn1'],
      ['stage1/block1/project/conv', 'blocks.0.0.conv_pw'],
      ['stage1/block1/project/norm', 'blocks.0.0.bn2'],
      ['stage{s}/block{b}/expand/conv', 'blocks.{s-1}.{b-1}.conv_pw'],
      ['stage{s}/block{b}/expand/norm', 'blocks.{s-1}.{b-1}.bn1'],
      ['stage{s}/block{b}/depthwise/conv', 'blocks.{s-1}.{b-1}.conv_dw'],
      ['stage{s}/block{b}/depthwise/norm', 'blocks.{s-1}.{b-1}.bn2'],
      ['stage{s}/block{b}/project/conv', 'blocks.{s-1}.{b-1}.conv_pwl'],
      ['stage{s}/block{b}/project/norm', 'blocks.{s-1}.{b-1}.bn3'],
      ['top/conv', 'conv_head'],
      ['top/norm', 'bn2'],
      ['logits', 'classifier'],
    ],
  },
  {
    scheme: 'keras',
    convention: keras,
    padding: 'same',
    blocks,
    layers: [
      ['stem/conv', 'Conv1'],
      ['stem/norm', 'bn_Conv1'],
      ['stage1/block1/depthwise/conv', 'expanded_conv_depthwise'],
      ['stage1/block1/depthwise/norm', 'expanded_conv_depthwise_BN'],
      ['stage1/block1/project/conv', 'expanded_conv_project'],
      ['stage1/block1/project/norm', 'expanded_conv_project_BN'],
      ['stage{s}/block{b}/expand/conv', 'block_{n}_expand'],
      ['stage{s}/block{b}/expand/norm', 'block_{n}_expand_BN'],
      ['stage{s}/block{b}/depthwise/conv', 'block_{n}_depthwise'],
      ['stage{s}/block{b}/depthwise/norm', 'block_{n}_depthwise_BN'],
      ['stage{s}/block{b}/project/conv', 'block_{n}_project'],
      ['stage{s}/block{b}/project/norm', 'block_{n}_project_BN'],
      ['top/conv', 'Conv_1'],
      ['top/norm', 'Conv_1_bn'],
      ['logits', 'predictions', 'Logits'],
    ],
  },
  {
    // The WebNN samples.
    scheme: 'gluon',
    advice: 'The first bottleneck of these weights has an expanding convolution: set firstExpansion to true',
    convention: gluon,
    padding: 'symmetric',
    blocks,
    layers: [
      ['stem/conv', 'features_conv0'],
      ['stem/norm', 'features_batchnorm0'],
      ['stage{s}/block{b}/expand/conv', 'features_linearbottleneck{n}_conv0'],
      ['stage{s}/block{b}/expand/norm', 'features_linearbottleneck{n}_batchnorm0'],
      ['stage{s}/block{b}/depthwise/conv', 'features_linearbottleneck{n}_conv1'],
      ['stage{s}/block{b}/depthwise/norm', 'features_linearbottleneck{n}_batchnorm1'],
      ['stage{s}/block{b}/project/conv', 'features_linearbottleneck{n}_conv2'],
      ['stage{s}/block{b}/project/norm', 'features_linearbottleneck{n}_batchnorm2'],
      ['top/conv', 'features_conv1'],
      ['top/norm', 'features_batchnorm1'],
      ['logits', 'output_pred'],
    ],
  },
];
