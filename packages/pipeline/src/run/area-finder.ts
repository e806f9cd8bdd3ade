/** Areas of interest of images that are in no data set, found by the plugin of a run. */
import { readConfig, type ConfigSetting } from '@foveate/assembly';
import { fail, isFoveateError, type AoiProvider, type Mask, type Raster } from '@foveate/contracts';
import { readRunRecord, refuseLinksOut, runFiles } from '@foveate/run-record/node';
import { RunScope } from '@foveate/stages';
import { join, resolve } from 'node:path';

/** Finds areas of interest as a run does. */
export interface AreaFinder {
  /**
   * @param image as read, upright, at full size
   * @param file it was read from; absent for one that is in memory alone
   * @throws FoveateError `DATA_INVALID` when the run's plugin knows none for it
   */
  find(image: Raster, name: string, file?: string): Promise<Mask>;
  /** Releases what finds. */
  close(): Promise<void>;
}

/** @throws FoveateError `PATH_MISSING`, `RUN_INVALID`, and those of the plugin when it is built */
export async function openAreaFinder(folder: string, setting: ConfigSetting): Promise<AreaFinder> {
  await readRunRecord(folder);
  refuseLinksOut(folder);
  const config = await readConfig(join(folder, runFiles.config), [], setting);
  const scope = await RunScope.open(config, setting.registry, { cacheFolder: folder });
  return {
    find: async (image, name, file) => neededArea(await scope.get('aoi'), image, name, file),
    close: () => scope.close(),
  };
}

/** The area, or undefined when the provider has none for images that are in no data set. */
export async function knownArea(
  provider: AoiProvider,
  image: Raster,
  name: string,
  file?: string,
): Promise<Mask | undefined> {
  const found = await areaOrReason(provider, image, name, file);
  return isFoveateError(found) ? undefined : found;
}

/** The area. @throws FoveateError `DATA_INVALID` when the provider has none for images that are in no data set */
export async function neededArea(provider: AoiProvider, image: Raster, name: string, file?: string): Promise<Mask> {
  const found = await areaOrReason(provider, image, name, file);
  if (!isFoveateError(found)) return found;
  throw fail({
    code: 'DATA_INVALID',
    what: 'The network sees images painted over outside of their area of interest, and that of this one is not known',
    where: name,
    got: found.parts.what,
    reason: 'aoi-missing',
    advice: 'Train with a data.aoi that finds the area of any image: template, registered or network',
    cause: found,
  });
}

async function areaOrReason(provider: AoiProvider, image: Raster, name: string, file?: string) {
  const files = file === undefined ? {} : { files: [resolve(file)] };
  try {
    return await provider.areaOfInterest({ id: name, defectTypes: [], ...files }, { image, defects: [] });
  } catch (error) {
    if (isFoveateError(error) && error.code === 'DATA_INVALID') return error;
    throw error;
  }
}
