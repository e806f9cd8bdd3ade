import { html, type Content, type Markup } from '../html.js';

/** A row of a table: its head and its cells. */
export interface Row {
  readonly head: Content;
  readonly cells: readonly Content[];
}

/** A table that scrolls by itself where it is wider than the page. */
export function table(spec: {
  readonly caption: string;
  readonly corner: string;
  readonly columns: readonly Content[];
  readonly rows: readonly Row[];
  /** True when cells are figures, which are aligned by their digits. */
  readonly figures?: boolean;
}): Markup {
  return html`<div class="scroll" role="region" aria-label="${spec.caption}" tabindex="0">
    <table class="${spec.figures === true ? 'figures' : 'texts'}">
      <caption>
        ${spec.caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">${spec.corner}</th>
          ${spec.columns.map((column) => html`<th scope="col">${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${spec.rows.map(
          ({ head, cells }) =>
            html`<tr>
              <th scope="row">${head}</th>
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** A section of the page with its heading. */
export function section(id: string, title: string, content: Content): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${content}
  </section>`;
}
