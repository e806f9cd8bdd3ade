/** Experiments that come with the product. */
import { fileURLToPath } from 'node:url';

/** An experiment that comes with the product. */
export interface Reproduction {
  /** What it needs besides the product; undefined: nothing. */
  readonly data?: string;
  /** Whether it needs pretrained weights too, which are downloaded unless they are named. */
  readonly weights?: true;
  readonly summary: string;
  /** Path of its file. */
  readonly file: string;
}

const file = (name: string) => fileURLToPath(new URL(`../experiments/${name}.yaml`, import.meta.url));

/** By name. */
export const reproductions: Readonly<Record<string, Reproduction>> = {
  synthetic: {
    summary: 'Drawn zippers: as trained, new surroundings and a shortcut, with 50, 150 and 400 training images.',
    file: file('synthetic'),
  },
  guidance: {
    summary: 'Sixteen ways of guidance on drawn zippers, alone and together, with 150 training images.',
    file: file('guidance'),
  },
  'synthetic-pretrained': {
    summary: 'The same three questions for a MobileNetV2 pretrained on ImageNet, with 400 training images.',
    weights: true,
    file: file('synthetic-pretrained'),
  },
  band: {
    summary: 'Magnetic tiles: flaws in the middle band count, those beside it do not.',
    data: 'the magnetic tile defects of Huang et al. 2018, a folder for each class',
    file: file('band'),
  },
  zipper: {
    summary: "The paper's experiment on zippers.",
    data: "MVTec AD's zipper, with train and test in it",
    file: file('zipper'),
  },
  industrial: {
    summary: "The paper's experiment on a large industrial set.",
    data: 'a folder with train and test, each with a folder for each class',
    file: file('industrial'),
  },
};
