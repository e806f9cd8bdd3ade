/** A validated configuration as a file. */
import { Document, isNode, isPair } from 'yaml';
import { writtenConfig } from './resolve.js';
import type { RunConfig } from './run-config.js';

/**
 * YAML of a configuration with everything filled in; what a preset filled in has a comment that says so. It is a
 * configuration again, and needs the preset no more.
 * @param baseFolder as it is to stand in the file; by default that of the configuration
 */
export function configText(config: RunConfig, baseFolder = config.baseFolder): string {
  const document = new Document(writtenConfig(config, baseFolder));
  const { preset } = config;
  if (preset === undefined) return document.toString();
  document.commentBefore = ` Preset '${preset.id}'${preset.filledIn.length === 0 ? ', which fills in nothing' : ''}`;
  for (const key of preset.filledIn) {
    const path = key.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    const parent: unknown = document.getIn(path.slice(0, -1), true) ?? document.contents;
    const last = path.at(-1);
    const items: readonly unknown[] =
      typeof parent === 'object' && parent !== null && 'items' in parent ? (parent.items as unknown[]) : [];
    const found =
      typeof last === 'number' ? items[last] : items.filter(isPair).find((pair) => String(pair.key) === last)?.key;
    if (isNode(found)) found.commentBefore = ` from the preset`;
  }
  return document.toString();
}
