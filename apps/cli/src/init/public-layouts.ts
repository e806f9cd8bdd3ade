/** The layouts of public data sets: folders with fixed names. */
import { dirname } from 'node:path';
import { foldersAt, has, type Layout, type Recognised } from './layout.js';
import type { Folder } from './folder.js';

const plain = (id: string, folder: Folder, found: string, masks = true): Recognised => ({
  root: folder.path,
  source: masks ? { id } : { id, requireMasks: false },
  masks,
  found,
});

/** In the order in which they are tried. */
export const publicLayouts: readonly Layout[] = [
  {
    id: 'mvtec-ad2',
    looks: 'MVTec AD 2: train/good and test_public/good, test_public/bad',
    recognise: async (folder) =>
      (await has(folder, 'test_public/bad')) && (await has(folder, 'train/good'))
        ? plain('mvtec-ad2', folder, 'the layout of MVTec AD 2')
        : undefined,
  },
  {
    id: 'mvtec',
    looks: 'MVTec AD: train/good, test/<defect> and ground_truth/<defect>',
    recognise: async (folder) => {
      const types = await foldersAt(folder, 'test');
      if ((await foldersAt(folder, 'train')).join() !== 'good' || !types.some((name) => name !== 'good'))
        return undefined;
      return plain('mvtec', folder, 'the layout of MVTec AD', await has(folder, 'ground_truth'));
    },
  },
  {
    id: 'btad',
    looks: 'BTAD: train/ok, test/ok, test/ko and ground_truth/ko',
    recognise: async (folder) =>
      (await has(folder, 'train/ok')) && (await has(folder, 'test/ko'))
        ? plain('btad', folder, 'the layout of BTAD', await has(folder, 'ground_truth/ko'))
        : undefined,
  },
  {
    id: 'visa',
    looks: 'VisA: <category>/image_anno.csv, or <category>/Data/Images/Normal and Anomaly',
    recognise: async (folder) => {
      const listed = (await folder.files()).includes('image_anno.csv');
      if (!listed && !(await has(folder, 'Data/Images/Anomaly'))) return undefined;
      return {
        root: dirname(folder.path),
        source: { id: 'visa', category: folder.name },
        masks: true,
        found: 'a category in the layout of VisA',
      };
    },
  },
  {
    id: 'kolektor-sdd2',
    looks: 'KolektorSDD2: train/N.png with train/N_GT.png, test/N.png with test/N_GT.png',
    recognise: async (folder) => {
      const names = (await (await folder.at('train'))?.files()) ?? [];
      const masked = names.some((name) => /_GT\.png$/i.test(name));
      return masked && (await has(folder, 'test'))
        ? plain('kolektor-sdd2', folder, 'the layout of KolektorSDD2')
        : undefined;
    },
  },
  {
    id: 'dagm',
    looks: 'DAGM 2007: Class1/Train and Class1/Test',
    recognise: async (folder) => {
      const classes = (await folder.folders()).filter((name) => /^Class\d+$/.test(name));
      for (const name of classes) {
        for (const inside of [name, `${name}/${name}`]) {
          if ((await has(folder, `${inside}/Train`)) && (await has(folder, `${inside}/Test`)))
            return plain('dagm', folder, 'the layout of DAGM 2007');
        }
      }
      return undefined;
    },
  },
];
