import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { OptionsSchema } from './plugin.js';

/**
 * Options of which some stand elsewhere now. Where an old key is written, the answer is the new one.
 * @param moved new place by old key, for example `{ alpha: 'loss.explainer.alpha' }`
 */
export function withMovedKeys<Schema extends OptionsSchema>(
  schema: Schema,
  moved: Readonly<Record<string, string>>,
): OptionsSchema<StandardSchemaV1.InferInput<Schema>, StandardSchemaV1.InferOutput<Schema>> {
  const own = schema['~standard'] as OptionsSchema<
    StandardSchemaV1.InferInput<Schema>,
    StandardSchemaV1.InferOutput<Schema>
  >['~standard'];
  return {
    '~standard': {
      ...own,
      validate: (value, options) => {
        const written = typeof value === 'object' && value !== null ? Object.keys(value) : [];
        const old = written.filter((key) => Object.hasOwn(moved, key));
        return old.length === 0
          ? own.validate(value, options)
          : { issues: old.map((key) => ({ path: [key], message: `this option is ${moved[key] ?? ''} now` })) };
      },
    },
  };
}
