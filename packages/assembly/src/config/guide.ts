/** What a JSON Schema allows at a path: for messages that say what could stand there. */
import type { ConfigPath } from './document.js';
import { alternatives, properties } from './json-schema.js';
import type { JsonSchema } from './json-schema.js';

const types: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
};

/** Answers questions about a schema. */
export class SchemaGuide {
  readonly #root: JsonSchema;

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  /** Keys of the object at a path, of all forms it may have. */
  keys(path: ConfigPath): readonly string[] {
    const keys = this.#at(path).flatMap((schema) => Object.keys(properties(schema)));
    return [...new Set(keys)].filter((key) => key !== '$schema');
  }

  /** Texts that may stand at a path. */
  words(path: ConfigPath): readonly string[] {
    return this.#at(path)
      .flatMap(constants)
      .filter((word) => typeof word === 'string');
  }

  /** The key whose fixed texts tell the forms of the object at a path apart, such as `kind`. */
  tag(path: ConfigPath): string | undefined {
    const forms = this.#at(path).filter(({ type }) => type === 'object');
    if (forms.length < 2) return undefined;
    return this.keys(path).find((key) => forms.every((form) => properties(form)[key]?.['const'] !== undefined));
  }

  /** What may stand at a path: `"all"|"head" or an object with lastConv or pattern`; empty for anything. */
  expected(path: ConfigPath): string {
    const schemas = this.#at(path);
    const words = schemas.flatMap(constants).map((word) => JSON.stringify(word));
    const plain = schemas.filter((schema) => constants(schema).length === 0);
    const named = plain.flatMap((schema) => types[String(schema['type'])] ?? listText(schema));
    const keys = this.keys(path);
    const tag = this.tag(path);
    const object = tag === undefined ? keys.join(' or ') : `${tag} ${this.words([...path, tag]).join('|')}`;
    const forms = [words.join('|'), ...named, keys.length === 0 ? '' : `an object with ${object}`];
    return [...new Set(forms)].filter((text) => text !== '').join(' or ');
  }

  /** True when any text may stand at a path, and a value of the given type may not. */
  wantsText(path: ConfigPath, instead: 'number' | 'boolean'): boolean {
    const schemas = this.#at(path);
    const takes = (types: readonly string[]) =>
      schemas.some((schema) => constants(schema).length === 0 && [schema['type']].flat().some((type) => types.includes(String(type)))); // prettier-ignore
    return (
      takes(['string']) &&
      !takes(instead === 'number' ? ['number', 'integer'] : ['boolean']) &&
      !schemas.flatMap(constants).some((constant) => typeof constant === instead)
    );
  }

  #at(path: ConfigPath): readonly JsonSchema[] {
    return path.reduce<readonly JsonSchema[]>(
      (schemas, key) => schemas.flatMap((schema) => below(schema, key)).flatMap(alternatives),
      alternatives(this.#root),
    );
  }
}

function below(schema: JsonSchema, key: string | number): readonly JsonSchema[] {
  const items = schema['prefixItems'] as readonly JsonSchema[] | undefined;
  const found =
    typeof key === 'number'
      ? (items?.[key] ?? (schema['items'] as JsonSchema | false | undefined))
      : (properties(schema)[key] ?? (schema['additionalProperties'] as JsonSchema | boolean | undefined));
  return typeof found === 'object' ? [found] : [];
}

function constants(schema: JsonSchema): readonly unknown[] {
  if ('const' in schema) return [schema['const']];
  return (schema['enum'] ?? []) as readonly unknown[];
}

function listText(schema: JsonSchema): readonly string[] {
  if (schema['type'] !== 'array') return [];
  const items = schema['prefixItems'] as readonly JsonSchema[] | undefined;
  return [items === undefined ? 'a list' : `a list of ${String(items.length)}`];
}
