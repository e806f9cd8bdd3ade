/** What losses and explainers are given: what they declared to read, and errors in place of the rest. */
import { fail, type Explainer, type Loss, type LossInputs, type ModelView } from '@foveate/contracts';
import type { Scalar, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';

/** A view whose images are not there when features come from a cache. */
export type BatchView = Omit<ModelView, 'images'> & { readonly images?: Tensor4D };

/** All that a program has of a batch. */
export interface LossMaterial {
  readonly view: BatchView;
  readonly labels: Tensor2D;
  readonly aoi?: Tensor3D;
  /** While training alone. */
  readonly progress?: Scalar;
}

/** Who reads, as errors name it, and what it says it reads. */
interface Reader {
  readonly name: 'loss' | 'explainer';
  readonly uses: Loss['uses'];
}

/** True when something cannot do with features in place of images. */
export function readsPixels({ uses }: Pick<Loss, 'uses'> | Pick<Explainer, 'uses'>): boolean {
  return uses.includes('images') || uses.includes('forward');
}

/** @throws Error from the inputs, when `loss` reads what it does not name in `uses` or the batch does not have */
export function lossInputs({ uses }: Loss, { view, labels, aoi, progress }: LossMaterial): LossInputs {
  const reader: Reader = { name: 'loss', uses };
  const declaredView = viewFor(reader, view);
  return {
    labels,
    featureMap: view.featureMap,
    logits: view.logits,
    head: view.head,
    get images() {
      return declaredView.images;
    },
    get forward() {
      return declaredView.forward;
    },
    get aoi() {
      return declared(reader, 'aoi', aoi);
    },
    get progress() {
      requireDeclared(reader, 'progress');
      return progress;
    },
  };
}

/** @throws Error from the view, when `explainer` reads what it does not name in `uses` or the batch does not have */
export function explainerView({ uses }: Explainer, view: BatchView): ModelView {
  return viewFor({ name: 'explainer', uses }, view);
}

function viewFor(reader: Reader, { images, featureMap, logits, head, forward }: BatchView): ModelView {
  return {
    featureMap,
    logits,
    head,
    get images() {
      return declared(reader, 'images', images);
    },
    get forward() {
      return declared(reader, 'forward', forward);
    },
  };
}

function declared<T>(reader: Reader, what: Loss['uses'][number], value: T | undefined): T {
  requireDeclared(reader, what);
  if (value === undefined) throw new Error(`A batch has no '${what}', which the ${reader.name} reads.`);
  return value;
}

function requireDeclared({ name, uses }: Reader, what: Loss['uses'][number]): void {
  if (uses.includes(what)) return;
  const article = name === 'loss' ? 'A' : 'An';
  throw fail({
    code: 'PLUGIN_INVALID',
    what: `${article} ${name} that reads '${what}' has to name it in its 'uses'`,
    where: name,
    got: `uses: [${uses.join(', ')}]`,
    advice: `Return uses: ['${what}', …] from register, and take only what is read out of what is given`,
  });
}
