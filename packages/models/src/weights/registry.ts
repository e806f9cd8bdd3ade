/** Pretrained weights that are known, as data. Nothing of them is in this package; each has the licence stated. */
import { centred, imagenet, type Normalisation, type Padding } from '../blocks/index.js';

/** A digest in hexadecimal; of sha256 the beginning may be all that is published. */
export interface Checksum {
  readonly algorithm: 'sha256' | 'md5';
  readonly value: string;
}

/** Weights that can be downloaded. */
export interface KnownWeights {
  /** Id of the model plugin. */
  readonly architecture: string;
  /** Name among those of the architecture. */
  readonly tag: string;
  readonly url: string;
  /** As published; without it the digest of the first download is kept and compared from then on. */
  readonly checksum?: Checksum;
  /** About how large the download is. */
  readonly megabytes: number;
  readonly licence: string;
  /** Naming of the tensors. */
  readonly scheme: string;
  /** The model option the weights were trained with. */
  readonly padding: Padding;
  readonly normalisation: Normalisation;
  /** Classes of the head; 0: the file has none. */
  readonly classes: 0 | 1000;
}

const sha256 = (value: string): Checksum => ({ algorithm: 'sha256', value });
const md5 = (value: string): Checksum => ({ algorithm: 'md5', value });

type Line = readonly [architecture: string, tag: string, file: string, megabytes: number, checksum?: Checksum];

/**
 * https://docs.pytorch.org/vision/stable/models.html; file names end in the beginning of their sha256, longer digests are
 * in https://github.com/pytorch/vision/issues/7744.
 */
const torchvision = (
  [
    [
      'efficientnet-b0',
      'torchvision-v1',
      'efficientnet_b0_rwightman-7f5810bc.pth',
      21.4,
      sha256('7f5810bc96def8f7552d5b7e68d53c4786f81167d28291b21c0d90e1fca14934'),
    ],
    ['efficientnet-b1', 'torchvision-v1', 'efficientnet_b1_rwightman-bac287d4.pth', 31.5, sha256('bac287d4')],
    ['efficientnet-b1', 'torchvision-v2', 'efficientnet_b1-c27df63c.pth', 31.5, sha256('c27df63c')],
    [
      'efficientnet-b2',
      'torchvision-v1',
      'efficientnet_b2_rwightman-c35c1473.pth',
      36.8,
      sha256('c35c147384e385a5bab5a8eabdabbe5a3df0487ee4a554108626ae474a5bf755'),
    ],
    [
      'efficientnet-b3',
      'torchvision-v1',
      'efficientnet_b3_rwightman-b3899882.pth',
      49.4,
      sha256('b3899882250c22946d0229d266049fcd133c169233530b36b9ffa7983988362f'),
    ],
    ['mobilenet-v2', 'torchvision-v1', 'mobilenet_v2-b0353104.pth', 14.2, sha256('b0353104')],
    ['mobilenet-v2', 'torchvision-v2', 'mobilenet_v2-7ebf99e0.pth', 14.2, sha256('7ebf99e0')],
    ['mobilenet-v3-small', 'torchvision-v1', 'mobilenet_v3_small-047dcff4.pth', 10.3, sha256('047dcff4')],
    ['resnet-18', 'torchvision-v1', 'resnet18-f37072fd.pth', 46.8, sha256('f37072fd')],
  ] satisfies readonly Line[] as readonly Line[]
).map(([architecture, tag, file, megabytes, checksum]): KnownWeights => ({
  architecture,
  tag,
  url: `https://download.pytorch.org/models/${file}`,
  ...(checksum && { checksum }),
  megabytes,
  licence: 'BSD-3-Clause; trained on ImageNet-1k, whose terms apply',
  scheme: 'torchvision',
  padding: 'symmetric',
  normalisation: imagenet,
  classes: 1000,
}));

/** https://github.com/keras-team/keras/tree/master/keras/src/applications, with their md5. */
const keras = (
  [
    [
      'efficientnet-b0',
      'keras-notop',
      'keras-applications/efficientnetb0_notop.h5',
      16.7,
      md5('50bc09e76180e00e4465e1a485ddc09d'),
    ],
    ['efficientnet-b0', 'keras', 'keras-applications/efficientnetb0.h5', 21.8, md5('902e53a9f72be733fc0bcb005b3ebbac')],
    ['efficientnet-b1', 'keras', 'keras-applications/efficientnetb1.h5', 32.2, md5('1d254153d4ab51201f1646940f018540')],
    ['efficientnet-b2', 'keras', 'keras-applications/efficientnetb2.h5', 37.5, md5('b15cce36ff4dcbd00b6dd88e7857a6ad')],
    ['efficientnet-b3', 'keras', 'keras-applications/efficientnetb3.h5', 50.1, md5('ffd1fdc53d0ce67064dc6a9c7960ede0')],
    [
      'mobilenet-v2',
      'keras',
      'tensorflow/keras-applications/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5',
      14.5,
    ],
    [
      'mobilenet-v3-small',
      'keras',
      'tensorflow/keras-applications/mobilenet_v3/weights_mobilenet_v3_small_224_1.0_float.h5',
      10.7,
      md5('8768d4c2e7dee89b9d02b2d03d65d862'),
    ],
  ] satisfies readonly Line[] as readonly Line[]
).map(([architecture, tag, file, megabytes, checksum]): KnownWeights => ({
  architecture,
  tag,
  url: `https://storage.googleapis.com/${file}`,
  ...(checksum && { checksum }),
  megabytes,
  licence: 'Apache-2.0; trained on ImageNet-1k, whose terms apply',
  scheme: 'keras',
  padding: 'same',
  normalisation: architecture.startsWith('efficientnet') ? imagenet : centred,
  classes: tag.endsWith('-notop') ? 0 : 1000,
}));

/** https://huggingface.co/timm; digests are not published in a place that does not change. */
const timm = (
  [
    ['efficientnet-b0', 'timm-ra', 'efficientnet_b0.ra_in1k', 21.4],
    ['mobilenet-v2', 'timm-ra', 'mobilenetv2_100.ra_in1k', 14.2],
    ['resnet-18', 'timm-a1', 'resnet18.a1_in1k', 46.8],
  ] satisfies readonly Line[] as readonly Line[]
).map(([architecture, tag, model, megabytes]): KnownWeights => ({
  architecture,
  tag,
  url: `https://huggingface.co/timm/${model}/resolve/main/model.safetensors`,
  megabytes,
  licence: 'Apache-2.0; trained on ImageNet-1k, whose terms apply',
  scheme: architecture === 'resnet-18' ? 'torchvision' : 'timm',
  padding: 'symmetric',
  normalisation: imagenet,
  classes: 1000,
}));

/** All weights that are known, by architecture. */
export const knownWeights: readonly KnownWeights[] = [...torchvision, ...keras, ...timm].sort((a, b) =>
  `${a.architecture}/${a.tag}`.localeCompare(`${b.architecture}/${b.tag}`, 'en'),
);

/** Those of one architecture. */
export function knownWeightsOf(architecture: string): readonly KnownWeights[] {
  return knownWeights.filter((known) => known.architecture === architecture);
}
