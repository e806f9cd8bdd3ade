/** The README's list of kernels is that of the code. `UPDATE=1` in the environment rewrites it, `npm run format` wraps its lines. */
import { expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { lowerings, trace } from './index.js';
import { adviceOn } from './refusals.js';

const readme = new URL('../README.md', import.meta.url);

function kernelLists(): string {
  // A trace registers a kernel for every name that tfjs-core knows.
  trace(({ x }) => ({ y: x as tf.Tensor }), { inputs: { x: { shape: [], dtype: 'float32' } } });
  const known = tf.getKernelsForBackend('foveate-trace').map(({ kernelName }) => kernelName);
  const list = (traced: boolean): string => {
    const names = known.filter((name) => name in lowerings === traced).sort();
    return `${names.length} kernels that ${traced ? 'can' : 'cannot'} be traced:\n${names.map((name) => `\`${name}\``).join(', ')}.`;
  };
  const missing = known.filter((name) => !(name in lowerings)).sort();
  const advised = [...new Set(missing.map(adviceOn))].flatMap((advice) => {
    const names = missing.filter((name) => adviceOn(name) === advice).map((name) => `\`${name}\``);
    return advice === undefined ? [] : [`- ${names.join(', ')}: ${advice}.`];
  });
  return `${list(true)}\n\n${list(false)}\n\nWhat to use instead:\n\n${advised.join('\n')}`;
}

it('lists the kernels that can and cannot be traced', () => {
  const text = readFileSync(readme, 'utf8');
  const expected = text.replace(/(?<=<!-- kernels -->\n).*(?=<!-- \/kernels -->)/s, `\n${kernelLists()}\n\n`);
  if (process.env['UPDATE'] === '1') writeFileSync(readme, expected);
  const unwrapped = (lines: string) => lines.replaceAll(/\s+/g, ' ');
  expect(unwrapped(readFileSync(readme, 'utf8'))).toBe(unwrapped(expected));
});
