// What npm installs beside a package of ours, by the lock file: its dependencies and theirs, as Node resolves them. Pure.

export interface LockedPackage {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly hasInstallScript?: boolean;
  readonly link?: boolean;
}

/** `packages` of package-lock.json: by path from the repository's root. */
export type Lock = Readonly<Record<string, LockedPackage>>;

export interface RuntimePackage {
  readonly name: string;
  readonly version: string;
  /** Where it stands, `node_modules/…`. */
  readonly path: string;
  readonly hasInstallScript: boolean;
}

export interface Brought {
  /** A dependency of the package itself. */
  readonly direct: RuntimePackage;
  /** What comes with it, by name. */
  readonly others: readonly RuntimePackage[];
}

/** By each dependency of the workspace's own, in the order of names: a package that several bring stands under each. */
export function runtimePackages(lock: Lock, workspace: string): readonly Brought[] {
  const manifest = lock[workspace];
  if (manifest === undefined) throw new Error(`the lock file has no ${workspace}`);
  return wantedNames(manifest)
    .toSorted()
    .flatMap((name) => {
      const path = resolve(lock, workspace, name);
      if (path === undefined) return [];
      const others = [...closure(lock, path)].filter((other) => other !== path).map((other) => described(lock, other));
      return [{ direct: described(lock, path), others: others.toSorted(byName) }];
    });
}

/** Every package once, by name. */
export function distinctPackages(brought: readonly Brought[]): readonly RuntimePackage[] {
  const byPath = new Map(
    brought.flatMap(({ direct, others }) => [direct, ...others]).map((entry) => [entry.path, entry] as const),
  );
  return [...byPath.values()].toSorted(byName);
}

function closure(lock: Lock, start: string): Set<string> {
  const seen = new Set([start]);
  for (const path of seen) {
    for (const name of wantedNames(lock[path] ?? {})) {
      const next = resolve(lock, path, name);
      if (next !== undefined) seen.add(next);
    }
  }
  return seen;
}

/** npm installs peers too, unless they are optional. */
function wantedNames(entry: LockedPackage): string[] {
  const peers = Object.keys(entry.peerDependencies ?? {}).filter(
    (name) => !entry.peerDependenciesMeta?.[name]?.optional,
  );
  return [
    ...new Set([...Object.keys(entry.dependencies ?? {}), ...Object.keys(entry.optionalDependencies ?? {}), ...peers]),
  ];
}

/** The nearest `node_modules` upwards that has the name; undefined for an optional package that the lock file leaves out. */
function resolve(lock: Lock, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (path in lock) return path;
    if (folder === '') return undefined;
  }
}

function described(lock: Lock, path: string): RuntimePackage {
  const { version = '', hasInstallScript = false } = lock[path] ?? {};
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  return { name, version, path, hasInstallScript };
}

function byName(a: RuntimePackage, b: RuntimePackage): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : a.path < b.path ? -1 : 1;
}
