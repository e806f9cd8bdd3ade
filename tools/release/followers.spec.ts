import { describe, expect, it } from '@jest/globals';
import { bumpsOf, followers, merged, type Bump } from './followers.mjs';

const manifests = [
  { name: '@a/base', version: '0.1.4' },
  { name: '@a/kit', version: '0.1.0', dependencies: { '@a/base': '^0.1.2', other: '^3.0.0' } },
  { name: '@a/peer', version: '0.2.0', peerDependencies: { '@a/base': '^0.1.0' } },
  { name: '@a/exact', version: '0.1.0', dependencies: { '@a/kit': '0.1.0' } },
  { name: '@a/app', version: '1.0.0', dependencies: { '@a/kit': '^0.1.0', '@a/exact': '^0.1.0' } },
];

const follow = (bumps: Record<string, Bump>) => followers(manifests, new Map(Object.entries(bumps)));

describe('who follows', () => {
  it.each<[string, Record<string, Bump>, readonly string[]]>([
    ['nobody a patch', { '@a/base': 'patch' }, []],
    [
      'dependents and peers a version outside of their range',
      { '@a/base': 'minor', '@a/exact': 'patch' },
      ['@a/kit', '@a/peer'],
    ],
    ['whoever asks for exactly one version', { '@a/kit': 'patch' }, ['@a/exact']],
    ['whoever cannot stay with one that follows', { '@a/base': 'major' }, ['@a/kit', '@a/peer', '@a/exact']],
    ['nobody twice', { '@a/base': 'minor', '@a/kit': 'minor', '@a/peer': 'minor' }, ['@a/exact', '@a/app']],
  ])('%s', (_, bumps, expected) => {
    expect(follow(bumps)).toEqual(expected);
  });
});

describe('version plans', () => {
  it('name packages and the size of their change, the greatest of all plans', () => {
    const plans = [
      '---\n\'@a/base\': patch\n"@a/kit": minor\n---\n\nOne.\n',
      '---\n@a/base: minor\n@a/kit: patch\n---\n\nTwo: three.\n',
    ];
    expect([...merged(plans.map((plan) => bumpsOf(plan, 'plan.md')))]).toEqual([
      ['@a/base', 'minor'],
      ['@a/kit', 'minor'],
    ]);
  });

  it('are refused where nobody would know what they mean', () => {
    expect(() => bumpsOf("---\n'@a/base': huge\n---\n\nOne.\n", 'plan.md')).toThrow("plan.md: ''@a/base': huge' is no");
  });
});
