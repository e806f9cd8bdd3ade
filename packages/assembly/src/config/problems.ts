/** Problems of a configuration, collected so that one attempt shows all of them. */
import { fail } from '@foveate/contracts';
import type { ErrorCode, FoveateError } from '@foveate/contracts';
import { pathText } from './document.js';
import type { ConfigDocument, ConfigPath } from './document.js';
import type { SchemaGuide } from './guide.js';
import { findingsOf, valueAt } from './issues.js';
import { withNames } from './names.js';
import type { SchemaIssue } from './issues.js';

interface Problem {
  readonly code: ErrorCode;
  readonly where: string;
  readonly what: string;
  readonly advice?: string;
}

/** Collects problems with their places. */
export class Problems {
  readonly #document: ConfigDocument;
  readonly #list: Problem[] = [];

  constructor(document: ConfigDocument) {
    this.#document = document;
  }

  /** Adds one problem at a path. */
  add(path: ConfigPath, what: string, advice?: string, code: ErrorCode = 'CONFIG_INVALID'): void {
    const where = [this.#document.locate(path), pathText(path)].join(' ').trim();
    this.#list.push({ code, where, what, ...(advice === undefined ? {} : { advice }) });
  }

  /** A value of the document with its names as they were written. */
  named(value: unknown, base: ConfigPath, guide: SchemaGuide): unknown {
    return withNames(value, base, guide, this.#document);
  }

  /** Adds what a schema reported about the value at `base`. */
  addIssues(base: ConfigPath, issues: readonly SchemaIssue[], guide: SchemaGuide): void {
    for (const { path, what, advice } of findingsOf(issues, guide, valueAt(this.#document.value, base))) {
      this.add([...base, ...path], what, advice);
    }
  }

  /** The error that shows all problems, or undefined when there is none. */
  error(): FoveateError | undefined {
    const [first, ...others] = this.#list;
    if (first === undefined || others.length === 0) return first === undefined ? undefined : fail(first);
    const lines = this.#list.map(({ where, what, advice }) => `\n  ${where}: ${what}. ${advice ?? ''}`.trimEnd());
    return fail({
      code: first.code,
      what: `The configuration has ${String(lines.length)} problems`,
      advice: lines.join(''),
    });
  }
}
