/** Every picture once on the page, however often it is shown. */
import { html, type Markup } from './html.js';
import type { ReportRun } from './report-run.js';

/** Collects pictures and hands out references to them. */
export class Gallery {
  readonly #size: { readonly width: number; readonly height: number };
  readonly #ids = new Map<string, string>();
  readonly #pictures: Markup[] = [];

  /** @param size in which all pictures are laid out, the network input's */
  constructor(size: { readonly width: number; readonly height: number }) {
    this.#size = size;
  }

  /**
   * The id under which a PNG of a run folder can be used; embeds it the first time.
   * @throws FoveateError `RUN_INVALID` when it cannot be read
   */
  add(run: ReportRun, path: string): string {
    return this.embed(run.images(path));
  }

  /** The id under which a PNG can be used; embeds it the first time. */
  embed(png: Uint8Array): string {
    const data = Buffer.from(png).toString('base64');
    const known = this.#ids.get(data);
    if (known !== undefined) return known;
    const id = `picture-${this.#ids.size}`;
    this.#ids.set(data, id);
    this.#pictures.push(
      html`<image
        id="${id}"
        width="${this.#size.width}"
        height="${this.#size.height}"
        preserveAspectRatio="none"
        href="data:image/png;base64,${data}"
      />`,
    );
    return id;
  }

  /** All pictures collected so far, for a `<defs>`. */
  definitions(): readonly Markup[] {
    return this.#pictures;
  }
}
