import { html, trusted, type Content } from './html.js';
import { style } from './style.js';

const madeHere = html`<meta name="generator" content="Foveate" />`;

/** Whether a file, of which the beginning is at hand, is a page of this package: one that may be made again. */
export function isOwnPage(beginning: string): boolean {
  return beginning.includes(madeHere.text);
}

/**
 * A complete page: no network, no scripts, everything inline.
 * @param page.definitions what pictures refer to: filters and images of an `<svg>`
 * @param page.footer a sentence on where the page comes from
 */
export function pageText(page: {
  readonly title: string;
  readonly definitions: Content;
  readonly header: Content;
  readonly main: Content;
  readonly footer: string;
}): string {
  const markup = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      ${madeHere}
      <meta name="color-scheme" content="light dark" />
      <meta
        http-equiv="Content-Security-Policy"
        content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"
      />
      <title>${page.title}</title>
      <style>
        ${trusted(style)}
      </style>
    </head>
    <body>
      <svg class="definitions" width="0" height="0" aria-hidden="true">
        <defs>${page.definitions}</defs>
      </svg>
      ${page.header}
      <main>${page.main}</main>
      <footer>
        <p>${page.footer} This page is complete in itself: keep it, send it, print it.</p>
      </footer>
    </body>
  </html>`;
  return `<!DOCTYPE html>\n${markup.text}\n`;
}
