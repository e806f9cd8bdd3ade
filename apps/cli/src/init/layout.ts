/** What `foveate init` recognises, and what it finds out. */
import type { Folder } from './folder.js';

/** A data set that was recognised. */
export interface Recognised {
  /** Folder that `root` of the source stands for. */
  readonly root: string;
  /** Options of the source but `root`, `id` among them. `file` and `annotations` are absolute. */
  readonly source: Readonly<Record<string, unknown>>;
  /** True when `root` is not to be written. */
  readonly withoutRoot?: boolean;
  /** True when masks, outlines or boxes say where the defects are. */
  readonly masks: boolean;
  /** The splitter, where the data prescribes one. */
  readonly split?: Readonly<Record<string, unknown>>;
  /** True when masks of the area of interest come with the images. */
  readonly ownAreas?: boolean;
  /** What was found, for a comment. */
  readonly found: string;
  /** A list to be written beside the configuration, and named as `file` of the source. */
  readonly list?: string;
}

/** What only a person can know about a folder. */
export interface Answers {
  /** The one of these class folders that shows no defect. @throws FoveateError when nobody can be asked */
  whichIsGood(folders: readonly string[]): Promise<string>;
}

/** A layout: a row of the table. */
export interface Layout {
  /** The source that reads it. */
  readonly id: string;
  /** How it looks, for those whose folder looks different. */
  readonly looks: string;
  recognise(folder: Folder, answers: Answers): Promise<Recognised | undefined>;
}

/** Whether a folder has a folder at a path. */
export async function has(folder: Folder, path: string): Promise<boolean> {
  return (await folder.at(path)) !== undefined;
}

/** Folders within the folder at a path; none when it is not there. */
export async function foldersAt(folder: Folder, path: string): Promise<readonly string[]> {
  return (await (await folder.at(path))?.folders()) ?? [];
}
