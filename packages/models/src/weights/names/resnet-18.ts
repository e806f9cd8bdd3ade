import { pytorch } from '../conventions.js';
import type { WeightNaming } from '../naming.js';

/** ResNet-18 elsewhere; torchvision and timm agree. */
export const resNet18Names: readonly WeightNaming[] = [
  {
    scheme: 'torchvision',
    convention: pytorch,
    padding: 'symmetric',
    layers: [
      ['stem/conv', 'conv1'],
      ['stem/norm', 'bn1'],
      ['stage{s}/block{b}/first/conv', 'layer{s}.{b-1}.conv1'],
      ['stage{s}/block{b}/first/norm', 'layer{s}.{b-1}.bn1'],
      ['stage{s}/block{b}/second/conv', 'layer{s}.{b-1}.conv2'],
      ['stage{s}/block{b}/second/norm', 'layer{s}.{b-1}.bn2'],
      ['stage{s}/block{b}/shortcut/conv', 'layer{s}.{b-1}.downsample.0'],
      ['stage{s}/block{b}/shortcut/norm', 'layer{s}.{b-1}.downsample.1'],
      ['logits', 'fc'],
    ],
  },
];
