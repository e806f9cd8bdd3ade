/** HTML by template: everything interpolated is escaped unless it came out of a template itself. */

/** Text that is already HTML. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a template accepts; lists are joined; null, undefined and false leave nothing. */
export type Content = string | number | Markup | null | undefined | false | readonly Content[];

// Control characters, which can come from file names; neither HTML nor XML may contain them, even escaped.
const forbidden = /(?![\t\n\r])\p{Cc}/gu;

function escape(text: string): string {
  return text
    .replace(forbidden, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function render(content: Content): string {
  if (content === null || content === undefined || content === false) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'string' || typeof content === 'number') return escape(String(content));
  return content.map(render).join('');
}

/**
 * Template tag: `html\`<p>${text}</p>\``. Values may stand in text and in quoted attributes, nowhere else. Templates
 * are written so that the page is well-formed XML too, which the tests use to check its nesting.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(strings.map((text, i) => text + (i < values.length ? render(values[i]) : '')).join(''));
}

/** Marks trusted text (the style sheet) as HTML. Never for anything read from a file. */
export function trusted(text: string): Markup {
  return new Markup(text);
}
