import { fail } from './errors.js';
import type { Explainer } from './learning-plugins.js';
import type { BuiltPlugin } from './plugin.js';

/**
 * The explainer of a loss that guides heatmaps.
 * @param built what the loss's option `explainer` named
 * @throws FoveateError `CONFIG_INVALID` when it is not differentiable
 */
export function guidableExplainer({ id, service }: BuiltPlugin<'explainer'>): Explainer {
  if (service.differentiable) return service;
  throw fail({
    code: 'CONFIG_INVALID',
    what: 'A loss cannot guide the heatmap of an explainer that is not differentiable',
    where: 'loss.explainer',
    got: id,
    advice: 'Choose one that is, such as grad-cam',
  });
}
