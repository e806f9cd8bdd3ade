/** What `foveate masks register` and `foveate masks template` do. */
import { openMaskStore } from '@foveate/mask-store';
import { readShapes, registerMasks, templateMasks } from '@foveate/mask-tasks';
import type { PlacedMasks, RegisterOptions as RegisterTask, TemplateOptions as TemplateTask } from '@foveate/mask-tasks'; // prettier-ignore
import { printFact } from '../terminal/fact.js';
import { follow } from '../terminal/follow.js';
import { quoted } from '../terminal/quoted.js';
import { print, printJson } from '../terminal/terminal.js';
import { counted, goingOn, refuseNothing, showCounts, showLeftOut } from './masks-shared.js';

interface Shown {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Options of `masks register`. */
export interface RegisterOptions
  extends Omit<RegisterTask, 'reference' | 'globs' | 'names' | 'leastConfidence' | 'mostLost'>, Shown {
  // prettier-ignore
  readonly name: readonly string[];
  readonly minConfidence: number;
  readonly maxLost: number;
}

/** Moves the masks of one image onto others. */
export async function register(
  folder: string,
  reference: string,
  globs: readonly string[],
  { name, minConfidence, maxLost, json, ...options }: RegisterOptions,
): Promise<void> {
  const store = await openMaskStore(folder);
  const more = { reference, globs, names: name, leastConfidence: minConfidence, mostLost: maxLost };
  const placed = await goingOn(follow((task) => registerMasks(store, { ...options, ...more, ...task })));
  const isDry = options.dryRun === true;
  show(placed, { dryRun: isDry, json: json === true });
  if (json !== true && !isDry && placed.masks.length > 0) print(`\nLook at them, then accept: foveate masks accept ${quoted(folder)} --source registration`); // prettier-ignore
  refuseNothing(placed.masks.length + placed.kept, folder, {
    ...placed,
    what: 'No mask could be moved',
    advice:
      'Take a reference that shows more of what does not repeat itself, widen --angle or --scale, or lower --min-confidence',
  });
}

/** Options of `masks template`. */
export interface TemplateOptions extends Omit<TemplateTask, 'shapes' | 'globs'>, Shown {
  readonly images: readonly string[];
}

/** Puts shapes onto images. */
export async function template(
  folder: string,
  shapes: readonly string[],
  { images, json, ...options }: TemplateOptions,
): Promise<void> {
  const drawn = readShapes(shapes);
  const store = await openMaskStore(folder);
  const placed = await goingOn(
    follow((task) => templateMasks(store, { ...options, shapes: drawn, globs: images, ...task })),
  );
  show(placed, { dryRun: options.dryRun === true, json: json === true });
  refuseNothing(placed.masks.length + placed.kept, folder, { ...placed, what: 'No shape could be put' });
}

function show(placed: PlacedMasks, { dryRun, json }: Required<Shown>): void {
  if (json) {
    printJson({ ...placed, dryRun }, 2);
    return;
  }
  printFact('Images', placed.images.toLocaleString('en-US'));
  if (placed.kept > 0) printFact('Kept', `${counted(placed.kept, 'mask')} that had been accepted`);
  showCounts(placed.masks);
  showLeftOut(placed.leftOut);
  if (dryRun) print('\nNothing was changed');
}
