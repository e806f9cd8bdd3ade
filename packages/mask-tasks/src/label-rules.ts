/** What becomes of the labels of annotation files. */
import { fail, nearestNames, type FoveateError } from '@foveate/contracts';
import { faultOfName, type MaskKind } from '@foveate/mask-store';

/** Options of {@link LabelRules}; see there. */
export interface LabelOptions {
  /** What labels are that no rule says a kind of. Default `area`. */
  readonly as?: MaskKind;
  /** Rules `LABEL=NAME`, `LABEL=KIND:NAME` or `LABEL=KIND:`, KIND being `area` or `defect`. */
  readonly rename?: readonly string[];
  /** Labels of the file that are wanted. Default: all. */
  readonly only?: readonly string[];
}

/** Kind and name of a mask. */
export interface MaskName {
  readonly kind: MaskKind;
  readonly name: string;
}

/** A label that was asked for and does not occur, with those like it that do. */
export interface UnknownLabel {
  readonly label: string;
  readonly near: readonly string[];
}

/** Kinds and names of masks by the labels of files. Labels are compared as they look (Unicode NFC). */
export class LabelRules {
  readonly #as: MaskKind;
  readonly #renamed = new Map<string, { readonly kind?: MaskKind; readonly name?: string }>();
  readonly #only: ReadonlySet<string> | undefined;
  readonly #seen = new Set<string>();

  /** @throws FoveateError `CONFIG_INVALID` for a rule that is none, or gives a name that no mask may have */
  constructor({ as = 'area', rename = [], only = [] }: LabelOptions = {}) {
    this.#as = as;
    this.#only = only.length === 0 ? undefined : new Set(only.map(composed));
    for (const rule of rename) {
      const [label, to] = parsed(rule);
      if (this.#renamed.has(label)) throw wrongRule(rule, `a second rule for '${label}'`);
      this.#renamed.set(label, to);
    }
  }

  /** Whether objects of that label are wanted. */
  wants(label: string): boolean {
    this.#seen.add(composed(label).slice(0, longestLabel));
    return this.#only === undefined || this.#only.has(composed(label));
  }

  /** @returns what a mask of that label is called, or what keeps it from being one */
  maskOf(label: string): MaskName | { readonly fault: string } {
    const rule = this.#renamed.get(composed(label));
    const name = rule?.name ?? composed(label);
    const fault = faultOfName(name);
    return fault === undefined ? { kind: rule?.kind ?? this.#as, name } : { fault };
  }

  /** Labels of rules that no object had, with those like them that there were. */
  unused(): readonly UnknownLabel[] {
    const named = [...new Set([...this.#renamed.keys(), ...(this.#only ?? [])])];
    return named
      .filter((label) => !this.#seen.has(label.slice(0, longestLabel)))
      .map((label) => ({ label, near: nearestNames(label, [...this.#seen].slice(0, mostCompared)) }));
  }
}

/** Characters by which labels are remembered. */
const longestLabel = 200;
/** Labels that are looked through for one like another. */
const mostCompared = 1000;

function parsed(rule: string): [string, { readonly kind?: MaskKind; readonly name?: string }] {
  // The last: names of masks may hold one too, labels of files hold anything.
  const at = rule.lastIndexOf('=');
  const [label, to] = [composed(rule.slice(0, at)), composed(rule.slice(at + 1))];
  if (at < 1 || to === '') throw wrongRule(rule);
  const [, kind, rest] = /^(area|defect):(.*)$/su.exec(to) ?? [];
  const name = kind === undefined ? to : rest;
  const fault = name === '' || name === undefined ? undefined : faultOfName(name);
  if (fault !== undefined) throw wrongRule(rule, `a name that ${fault}`);
  return [
    label,
    {
      ...(kind === undefined ? {} : { kind: kind as MaskKind }),
      ...(name === '' || name === undefined ? {} : { name }),
    },
  ];
}

function wrongRule(rule: string, got?: string): FoveateError {
  return fail({
    code: 'CONFIG_INVALID',
    what: 'A rule for labels cannot be understood',
    where: rule,
    expected: 'LABEL=NAME, LABEL=defect:NAME, LABEL=area:NAME or LABEL=defect:',
    ...(got === undefined ? {} : { got }),
    advice: "For example 'scratch=defect:scratch'",
  });
}

/** Names that look the same. */
function composed(text: string): string {
  return text.normalize('NFC');
}
