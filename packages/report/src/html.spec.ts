import { describe, expect, it } from '@jest/globals';
import { html } from './html.js';

describe('html', () => {
  it('escapes text and attributes, once', () => {
    const inner = html`<b title="${'"a" & \'b\''}">${'<script>'}</b>`;
    expect(inner.text).toBe('<b title="&quot;a&quot; &amp; &#39;b&#39;">&lt;script&gt;</b>');
    expect(html`<p>${inner}</p>`.text).toBe(`<p>${inner.text}</p>`);
  });

  it('joins lists and leaves nothing for null, undefined and false', () => {
    expect(html`${[html`<i></i>`, 'a&', [1, null]]}${null}${undefined}${false}${0}`.text).toBe('<i></i>a&amp;10');
  });

  it('replaces control characters, which no page may contain', () => {
    expect(html`${'a\u0000b\u001bc\td\ne'}`.text).toBe('a\ufffdb\ufffdc\td\ne');
  });
});
