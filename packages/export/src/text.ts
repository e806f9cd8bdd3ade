/** A block of code in Markdown. */
export const code = (language: string, lines: readonly string[]): string =>
  ['```' + language, ...lines, '```'].join('\n');
