import { groupName } from '@foveate/contracts';
import { wilsonInterval, worstGroup } from '@foveate/statistics';
import { percent, range } from '../format.js';
import { groupNames, groupSentence, tellingGroup, type RunGroups } from '../groups.js';
import { html, type Content, type Markup } from '../html.js';
import { badge } from '../identity.js';
import { imageCase, type Pictures } from './explanations.js';
import { section, table } from './table.js';

/**
 * Accuracy of each group of label and attributes, and one image of the group that sets the runs apart. With three runs or
 * more the page's header has already said it in a sentence. Null when no sample has attributes.
 */
export function groupsSection(runs: readonly RunGroups[], pictures: Pictures): Markup | null {
  const names = groupNames(runs);
  if (names.length === 0) return null;
  const worst = runs.map(({ groups }) => worstGroup(groups)?.group);
  const cell = ({ groups }: RunGroups, index: number, name: string): Content => {
    const group = groups.find((candidate) => candidate.group === name);
    if (group === undefined) return '–';
    const interval = range(wilsonInterval(group.correct, group.n), (value) => percent(value));
    return html`${percent(group.accuracy)}
      <span class="interval">${group.correct} of ${group.n}, ${interval}</span>
      ${worst[index] === name && html`<span class="differs">worst</span>`}`;
  };
  return section(
    'groups',
    'Who is misled',
    html`${runs.length < 3 && html`<p>${groupSentence(runs)}</p>`}
      ${table({
        caption: 'Accuracy by label and attributes, with 95% confidence intervals (Wilson)',
        corner: 'Group',
        columns: runs.map(({ named }) => badge(named)),
        rows: names.map((name) => ({ head: name, cells: runs.map((run, index) => cell(run, index, name)) })),
        figures: true,
      })}
      <p class="note">
        A network that leans on something beside the area of interest fails where that something says the opposite of
        the label. The accuracy over all images hides it; the worst group does not.
      </p>
      ${example(runs, pictures)}`,
  );
}

/** The first explained image of the telling group, one without any defect if there is one. */
function example(runs: readonly RunGroups[], pictures: Pictures): Markup | null {
  const telling = tellingGroup(runs);
  const shown = runs.flatMap(({ named: { run } }) => {
    const samples = new Map((run.samples ?? []).map((sample) => [sample.id, sample]));
    return run.record.explanations
      .filter(({ id, label }) => groupName(label, samples.get(id)?.attributes) === telling)
      .map(({ id }) => ({ id, clean: samples.get(id)?.defectTypes.length === 0 }));
  });
  const id = (shown.find(({ clean }) => clean) ?? shown[0])?.id;
  if (id === undefined) return null;
  return html`<h3 class="example">One image “${telling}”, and what each run says of it</h3>
    ${imageCase(
      id,
      runs.map(({ named }) => named),
      pictures,
    )}`;
}
