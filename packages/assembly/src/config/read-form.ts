/** Files of other forms than configurations, read and checked as those are. */
import { z } from 'zod';
import { documentOf, type ConfigDocument, type ConfigPath } from './document.js';
import { SchemaGuide } from './guide.js';
import { target } from './option-forms.js';
import { Problems } from './problems.js';
import { readDocument } from './read.js';

/** What a file holds, checked. */
export interface Form<Value> {
  readonly value: Value;
  /** `file:line:column` of a path, for messages. */
  locate(path: ConfigPath): string;
}

/**
 * Reads a YAML or JSON file of a schema.
 * @throws FoveateError `PATH_MISSING`, or `CONFIG_INVALID` listing every problem with its place
 */
export async function readForm<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): Promise<Form<z.output<Schema>>> {
  return checkedForm(await readDocument(file), schema);
}

/**
 * Checks a value made by a program.
 * @param name how messages call it
 * @throws FoveateError `CONFIG_INVALID` listing every problem
 */
export function makeForm<Schema extends z.ZodType>(
  value: unknown,
  name: string,
  schema: Schema,
): Form<z.output<Schema>> {
  return checkedForm(documentOf(value, name), schema);
}

function checkedForm<Schema extends z.ZodType>(document: ConfigDocument, schema: Schema): Form<z.output<Schema>> {
  const problems = new Problems(document);
  const guide = new SchemaGuide(z.toJSONSchema(schema, { io: 'input', target }));
  const parsed = schema.safeParse(problems.named(document.value, [], guide));
  if (parsed.success) return { value: parsed.data, locate: (path) => document.locate(path) };
  problems.addIssues([], parsed.error.issues, guide);
  throw problems.error() as Error;
}
