/** Folders per class, with or without masks beside the images. */
import { meansGood, type Folder } from './folder.js';
import { foldersAt, type Layout } from './layout.js';

/** How masks beside images are told from them, most telling first. */
const maskEndings = ['_mask', '_GT', '_gt', '_label', '_seg', '-mask', '.mask'];

interface ClassFolder {
  /** Relative to the root. */
  readonly path: string;
  readonly names: readonly string[];
}

/** Folders with images, one or two below. `dent/Imgs` stands for `dent` where images lie in the one folder within. */
async function classFolders(root: Folder): Promise<readonly ClassFolder[]> {
  const classes: ClassFolder[] = [];
  for (const child of await root.children()) {
    const names = await child.images();
    if (names.length > 0) {
      classes.push({ path: child.name, names });
      continue;
    }
    const [inside, ...more] = await child.children();
    const within = more.length === 0 && inside !== undefined ? await inside.images() : [];
    if (inside !== undefined && within.length > 0)
      classes.push({ path: `${child.name}/${inside.name}`, names: within });
  }
  return classes;
}

const split = (name: string): readonly [stem: string, ending: string] => {
  const dot = name.lastIndexOf('.');
  return [name.slice(0, dot), name.slice(dot)];
};

/** Options that tell images from their masks in the same folder; none where there are no masks. */
function besideImages(classes: readonly ClassFolder[]): { readonly image?: string; readonly mask?: string } {
  for (const suffix of maskEndings) {
    for (const { names } of classes) {
      const all = new Set(names.map((name) => split(name)[0]));
      const mask = names.map(split).find(([stem]) => stem.endsWith(suffix) && all.has(stem.slice(0, -suffix.length)));
      if (mask !== undefined) return { mask: suffix + mask[1] };
    }
  }
  // 017.jpg with 017.png: a mask has no losses, a photograph may.
  for (const { names } of classes) {
    const all = new Set(names);
    for (const [stem, ending] of names.map(split)) {
      if (!/^\.jpe?g$/i.test(ending)) continue;
      const mask = ['.png', '.bmp', '.PNG'].find((other) => all.has(stem + other));
      if (mask !== undefined) return { image: ending, mask };
    }
  }
  return {};
}

/** The defect type that a class folder stands for: its own name, not that of the `Imgs` within it. */
const typeOf = (path: string): string => path.split('/')[0] ?? path;

/** Folders per class that are divided into train and test. */
export const industrialLayout: Layout = {
  id: 'industrial',
  looks: 'train/<class> and test/<class>, one of the classes called good, ok or normal',
  recognise: async (folder) => {
    const [train, test] = [await foldersAt(folder, 'train'), await foldersAt(folder, 'test')];
    const good = train.find(meansGood);
    if (good === undefined || train.length < 2 || !test.includes(good)) return undefined;
    const classes: ClassFolder[] = [];
    for (const name of train) {
      classes.push({ path: name, names: (await (await folder.at(`train/${name}`))?.images()) ?? [] });
    }
    const beside = besideImages(classes);
    return {
      root: folder.path,
      source: {
        id: 'industrial',
        ...(good === 'good' ? {} : { good }),
        ...(beside.mask === undefined ? {} : { mask: beside.mask, requireMasks: false }),
      },
      masks: beside.mask !== undefined,
      // The test folder is the test split.
      split: { id: 'stratified', train: 0.8, validation: 0.2, test: 0 },
      found: `a folder to train on and one to test on, with a folder per class: ${train.join(', ')}`,
    };
  },
};

/** A folder per class. */
export const foldersLayout: Layout = {
  id: 'folders',
  looks: 'a folder per class with images in it, such as good and scratch',
  recognise: async (folder, answers) => {
    const classes = await classFolders(folder);
    if (classes.length < 2) return undefined;
    const paths = classes.map(({ path }) => path);
    const named = paths.filter((path) => meansGood(typeOf(path)));
    const good = named.length > 0 ? named : [await answers.whichIsGood(paths)];
    const beside = besideImages(classes);
    return {
      root: folder.path,
      source: {
        id: 'folders',
        classes: Object.fromEntries(paths.map((path) => [path, good.includes(path) ? 'good' : typeOf(path)])),
        ...beside,
      },
      masks: beside.mask !== undefined,
      found: `a folder per class${beside.mask === undefined ? '' : `, masks beside the images (${beside.mask})`}`,
    };
  },
};
