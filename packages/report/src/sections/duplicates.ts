import type { DuplicateCluster } from '@foveate/contracts';
import { count } from '../format.js';
import { html, type Content } from '../html.js';
import type { NamedRun } from '../identity.js';
import { each, listed } from './found.js';

const kinds: readonly (readonly [string, (cluster: DuplicateCluster) => boolean])[] = [
  ['labels differ', ({ labelsDiffer }) => labelsDiffer],
  ['too many to be copies; left as they are', ({ treated }) => !treated],
  ['the same pixels', ({ treated, similarity }) => treated && similarity === 1],
  ['nearly the same', ({ treated, similarity }) => treated && similarity < 1],
];

/** Images that the data holds more than once, with what was done with them. */
export function duplicateImages(runs: readonly NamedRun[]): Content {
  return each<DuplicateCluster>(
    runs,
    (data) => data.duplicates ?? [],
    (who, list) => {
      if (list.length === 0) return '';
      const treated = list.filter((cluster) => cluster.treated);
      const images = treated.reduce((sum, { ids }) => sum + ids.length, 0);
      const head = `${count(images, 'image')} in ${count(treated.length, 'cluster')} of duplicates, none across splits`;
      return html`<h3>${who}${treated.length === 0 ? 'Images that look alike' : head}</h3>
        ${kinds.map(([kind, isOne]) => clusters(kind, list.filter(isOne)))}`;
    },
  );
}

function clusters(what: string, list: readonly DuplicateCluster[]): Content {
  if (list.length === 0) return '';
  const more = list.length - listed;
  const ids = (cluster: DuplicateCluster): string =>
    cluster.ids.length > listed ? `${cluster.ids.slice(0, listed).join(', ')}, …` : cluster.ids.join(', ');
  return html`<details>
    <summary>${list.length} × ${what}</summary>
    <ul class="paths">
      ${list
        .slice(0, listed)
        .map(
          (one) =>
            html`<li><code>${ids(one)}</code> ${one.similarity < 1 && `similarity ${one.similarity.toFixed(2)}`}</li>`,
        )}
      ${more > 0 && html`<li>and ${more} more, listed in run.json</li>`}
    </ul>
  </details>`;
}
