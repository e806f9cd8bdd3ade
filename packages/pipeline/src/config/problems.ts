/** Problems of a configuration, collected so that one attempt shows all of them. */
import { fail } from '@foveate/contracts';
import type { ErrorCode, FoveateError } from '@foveate/contracts';
import { pathText } from './document.js';
import type { ConfigDocument, ConfigPath } from './document.js';
import { suggestion } from './nearest.js';

/** What a Standard Schema reports; `keys` is Zod's list of unknown keys. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly keys?: readonly string[];
}

interface Problem {
  readonly code: ErrorCode;
  readonly where: string;
  readonly what: string;
  readonly advice?: string;
}

function valueAt(value: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (parent, key) =>
      typeof parent === 'object' && parent !== null ? (parent as Record<string, unknown>)[String(key)] : undefined,
    value,
  );
}

/** Zod's wording without its opening phrase and without the type it received: the value itself is shown instead. */
function plain(message: string): string {
  return message.replace(/^(Invalid \w+|Too (small|big)): /, '').replace(/, received .*$/, '');
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

  /**
   * Adds what a schema reported about the value at `base`.
   * @param known keys allowed at a path below `base`, for suggestions
   */
  addIssues(base: ConfigPath, issues: readonly SchemaIssue[], known: (path: ConfigPath) => readonly string[]): void {
    for (const issue of issues) {
      const below = (issue.path ?? []).map((part) => {
        const key = typeof part === 'object' ? part.key : part;
        return typeof key === 'number' ? key : String(key);
      });
      const path = [...base, ...below];
      if (issue.keys !== undefined) {
        for (const key of issue.keys) this.add([...path, key], 'unknown key', suggestion(key, known(below)));
        continue;
      }
      const got = valueAt(this.#document.value, path);
      this.add(path, `${plain(issue.message)}, got ${got === undefined ? 'nothing' : JSON.stringify(got)}`);
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
