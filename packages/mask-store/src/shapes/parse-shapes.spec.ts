import { describe, expect, it } from '@jest/globals';
import { maskArea } from '@foveate/image';
import { parseShapes, templateMask } from './index.js';

const band = { kind: 'band', direction: 'vertical', from: 0.25, to: 0.75 };

describe('parseShapes', () => {
  it('takes one shape or several, which are drawn together', () => {
    expect(parseShapes(band, 'here')).toEqual([band]);
    const ring = { kind: 'ring', x: 0.5, y: 0.5, width: 1, height: 1, hole: 0.5 };
    const shapes = parseShapes([band, ring], 'here');
    expect(shapes).toHaveLength(2);
    const areas = [shapes.slice(0, 1), shapes.slice(1), shapes].map((some) => maskArea(templateMask(some, 64, 64)));
    expect(areas[0]).toBe(32 * 64);
    expect(areas[2]).toBeGreaterThan(Math.max(areas[0]!, areas[1]!));
    expect(areas[2]).toBeLessThan(areas[0]! + areas[1]!);
  });

  it.each([
    ['nothing', undefined, 'This is no shape'],
    ['text', 'band', 'This is no shape'],
    ['no shapes', [], 'This is no shape'],
    ['an unknown kind', { kind: 'bend' }, 'This is no shape: kind'],
    ['a wrong coordinate', { ...band, to: 2 }, 'This is no shape: to'],
    ['an unknown key', { ...band, angle: 2 }, 'This is no shape: .*angle'],
    ['too many', Array.from({ length: 1001 }, () => band), 'This is no shape'],
    ['a shape that covers nothing', { ...band, to: 0.25 }, "The template's band covers less than"],
  ])('refuses %s', (_, value, message) => {
    expect(() => parseShapes(value, 'here')).toThrow(new RegExp(`^here: ${message}`));
  });
});
