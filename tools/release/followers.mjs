/** Who must be released because of what others become. */
import semver from 'semver';

/** @typedef {'patch' | 'minor' | 'major'} Bump */

const sizes = ['patch', 'minor', 'major'];

/**
 * Reads the bumps of a version plan: a front matter of lines `'@foveate/x': patch`, then what changed.
 * @returns {Map<string, Bump>}
 * @throws {Error} when a line is none of these
 */
export function bumpsOf(plan, file) {
  const [, frontMatter = ''] = /^---\n(.*?)\n---\n/s.exec(plan) ?? [];
  const lines = frontMatter.split('\n').filter((line) => line.trim() !== '');
  return new Map(
    lines.map((line) => {
      const [, name, bump] = /^(['"]?)(\S+)\1:\s*(\w+)\s*$/.exec(line)?.slice(1) ?? [];
      if (!sizes.includes(bump)) throw new Error(`${file}: '${line}' is no '@foveate/<package>': ${sizes.join('|')}`);
      return [name, bump];
    }),
  );
}

/** The bumps of several plans: of two for one package the greater counts. */
export function merged(plans) {
  const all = new Map();
  for (const [name, bump] of plans.flatMap((plan) => [...plan])) {
    if (sizes.indexOf(bump) > sizes.indexOf(all.get(name))) all.set(name, bump);
  }
  return all;
}

/**
 * Packages without a bump whose dependencies would get a version outside of the range that they ask for. A patch suffices
 * for them; whoever asks for one of them in a range that a patch leaves, follows too.
 * @param manifests package.json of each package
 * @param {Map<string, Bump>} bumps
 * @returns {string[]} names, in the order of the manifests
 */
export function followers(manifests, bumps) {
  const next = new Map(bumps);
  const versions = () =>
    new Map(
      manifests.map(({ name, version }) => [name, next.has(name) ? semver.inc(version, next.get(name)) : version]),
    );
  for (let before = -1; before !== next.size;) {
    before = next.size;
    const becomes = versions();
    for (const { name, dependencies = {}, peerDependencies = {} } of manifests) {
      const leaves = ([other, range]) => becomes.has(other) && !semver.satisfies(becomes.get(other), range);
      if (!next.has(name) && Object.entries({ ...peerDependencies, ...dependencies }).some(leaves))
        next.set(name, 'patch');
    }
  }
  return manifests.map(({ name }) => name).filter((name) => next.has(name) && !bumps.has(name));
}
