/** How much a version changes. */
export type Bump = 'patch' | 'minor' | 'major';

/** What counts of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export function bumpsOf(plan: string, file: string): Map<string, Bump>;
export function merged(plans: readonly Map<string, Bump>[]): Map<string, Bump>;
export function followers(manifests: readonly Manifest[], bumps: ReadonlyMap<string, Bump>): string[];
