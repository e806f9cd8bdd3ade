/** A good stage, and the same broken in one way each. */
import { defineStage, type LabelledItem } from '@foveate/contracts';
import { concat, concatMap, EMPTY, filter, map, NEVER, Observable, of, take, type OperatorFunction } from 'rxjs';
import { z } from 'zod';
import type { Case } from './data-fixtures.js';

type Operator = OperatorFunction<LabelledItem, LabelledItem>;

function stage(operator: Operator, changes: object = {}) {
  const plugin = defineStage({
    meta: { kind: 'stage', id: 'fixture', contract: '^2', summary: 'A fixture.' },
    takes: 'labelled-sample',
    gives: 'labelled-sample',
    options: z.strictObject({}),
    register: () => operator,
  });
  return { ...plugin, ...changes } as typeof plugin;
}

/** Two labelled samples. */
export const labelledItems: readonly LabelledItem[] = ['a', 'b'].map((id) => ({
  sample: { id, defectTypes: [], label: 0, reason: 'no defect' },
}));

/** Subscribes to its input when it is made. */
const eager: Operator = (items) => {
  items.subscribe();
  return items;
};
/** Subscribes and never unsubscribes. */
const clinging: Operator = (items) =>
  new Observable((subscriber) => {
    items.subscribe(subscriber);
    items.subscribe({ error: () => undefined });
  });

/** Stages. */
export const stages: readonly Case<ReturnType<typeof stage>>[] = [
  ['a good one', stage(map((item) => item)), undefined],
  [
    'one without ports',
    stage(
      map((item) => item),
      { gives: undefined },
    ),
    'does not say what it takes and gives',
  ],
  ['one that gives no stream', stage(() => 7 as never), 'gives no Observable'],
  ['one that begins unasked', stage(eager), 'before anybody subscribes'],
  ['one that does not listen', stage(() => EMPTY), 'does not listen to its input'],
  ['one that gives something else', stage(map(() => 'x' as never)), 'gives "x", which is no sample and no skip'],
  ['one that loses labels', stage(map((item) => ('sample' in item ? { sample: { ...item.sample, label: undefined as never } } : item))), 'which is neither 0 nor 1'], // prettier-ignore
  ['one that swallows skips', stage(filter((item) => !('skip' in item))), 'does not hand on the skips'],
  ['one that swallows errors', stage((items) => new Observable((out) => items.subscribe({ next: (item) => out.next(item), error: () => out.complete(), complete: () => out.complete() }))), 'does not pass on the error'], // prettier-ignore
  ['one that ends early', stage((items) => concat(items.pipe(take(2)), EMPTY)), 'ends before its input does'],
  ['one that clings to its input', stage(clinging), 'goes on listening'],
  ['one that never ends', stage((items) => concat(items, NEVER)), 'does not end within'],
  ['one that changes what it is given', stage(concatMap((item) => { if ('sample' in item) (item.sample as { id: string }).id = 'other'; return of(item); })), 'read only'], // prettier-ignore
];
