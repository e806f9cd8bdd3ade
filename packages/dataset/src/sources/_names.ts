/** File names that belong together: `{name}_mask*.png` beside `{name}.jpg`. */

/** What a file name pattern makes of paths. */
export interface NamePattern {
  readonly text: string;
  /**
   * The part of a `/`-separated path that it shares with its image: the folders and what stands for `{name}`; undefined
   * when the pattern does not fit.
   */
  readonly stemOf: (path: string) => string | undefined;
  /** A path that would fit, for messages. */
  readonly example: (stem: string) => string;
}

/**
 * Compiles a pattern: `{name}` is the image's name without its ending, `*` anything but `/`. A text without `{name}` is
 * an ending. Capitals do not matter, nor does the form of Unicode: stems are composed.
 */
export function namePattern(text: string): NamePattern {
  const whole = (text.includes('{name}') ? text : `{name}${text}`).normalize('NFC');
  const source = whole
    .split('{name}')
    .map((part) => part.split('*').map(escaped).join('[^/]*'))
    .join('([^/]+?)');
  const expression = new RegExp(`^((?:.*/)?)${source}$`, 'iu');
  return {
    text,
    stemOf: (path) => {
      const match = expression.exec(path.normalize('NFC'));
      return match === null ? undefined : `${match[1] ?? ''}${match[2] ?? ''}`;
    },
    example: (stem) => {
      const folder = stem.slice(0, stem.lastIndexOf('/') + 1);
      return folder + whole.replace('{name}', stem.slice(folder.length));
    },
  };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.|?+()[\]{}/]/g, String.raw`\$&`);
}
