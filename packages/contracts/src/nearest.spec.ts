import { describe, expect, it } from '@jest/globals';
import { nearestNames } from './index.js';

describe('nearestNames', () => {
  it.each([
    ['trian', ['train', 'test'], 'train'],
    ['coed', ['ce', 'ceod'], 'ceod'],
    ['cee', ['ce', 'ceod'], 'ce'],
    ['RESNET18', ['custom-cnn', 'resnet-18'], 'resnet-18'],
    ['by', ['bye', 'to'], 'bye'],
  ])('%s of %j is %s', (word, known, name) => {
    expect(nearestNames(word, known)[0]).toBe(name);
  });

  it.each([
    ['ab', ['ce', 'ceod']],
    ['cake', ['ce']],
    ['x', ['y', '']],
    ['', ['a', 'ce']],
    ['nonsense', ['source', 'engine', 'loss', 'data']],
    ['qwerty', ['ce', 'ceod', 'adam', 'resnet-18']],
  ])('%j has nothing to do with %j', (word, known) => {
    expect(nearestNames(word, known)).toEqual([]);
  });

  it('gives the nearest first', () => {
    expect(nearestNames('block12', ['head', 'block2', 'block12x3', 'block12'])).toEqual([
      'block12',
      'block2',
      'block12x3',
    ]);
  });
});
