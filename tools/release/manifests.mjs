/** The packages of the repository that are published. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Package
 * @property {string} location folder, relative to the repository
 * @property {any} manifest its package.json
 */

/** @returns {Package[]} in the order of their folders */
export function publishedPackages(root) {
  return ['apps', 'packages']
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
    .filter((location) => existsSync(join(root, location, 'package.json')))
    .map((location) => ({ location, manifest: JSON.parse(readFileSync(join(root, location, 'package.json'), 'utf8')) }))
    .filter(({ manifest }) => manifest.private !== true);
}
