// Gathers the declarations that a published package needs: those its entry reaches, across our unpublished packages,
// with every import between them made relative. Does not run the compiler: build.ts does.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path/posix';

interface Options {
  /** The repository, for declarations that are written by hand or by a generator (.d.ts beside a .js). */
  root: string;
  /** The folder that holds what tsc emitted, laid out as the repository is. */
  emitted: string;
  /** The entry's declaration, relative to `emitted`. */
  entry: string;
  /** Where the reached declarations go, laid out likewise. */
  target: string;
}

// `from '…'`, `import('…')`, `import '…'` in a declaration file.
const specifier = /(\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)(['"])([^'"]+)\2/g;

/** Copies the declarations and returns the names of the modules from npm (and Node) that they import. Throws if one is missing. */
export function bundleDeclarations({ root, emitted, entry, target }: Options): string[] {
  const outside = new Set<string>();
  const queue = [entry];
  const seen = new Set(queue);
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    const from = file;
    const source = [join(emitted, from), join(root, from)].find((path) => existsSync(path));
    if (source === undefined) throw new Error(`no declaration ${from}`);
    const text = readFileSync(source, 'utf8').replace(specifier, (whole, head: string, quote: string, name: string) => {
      const reached = declarationOf(name, from);
      if (reached === undefined) {
        outside.add(name);
        return whole;
      }
      if (!seen.has(reached)) queue.push(reached);
      seen.add(reached);
      return `${head}${quote}${relativeSpecifier(from, reached)}${quote}`;
    });
    const written = join(target, from);
    mkdirSync(dirname(written), { recursive: true });
    writeFileSync(written, text);
  }
  return [...outside];
}

/** The declaration file that an import reaches, relative to the repository; undefined for npm packages. */
function declarationOf(name: string, from: string): string | undefined {
  const own = /^@quietwire\/([a-z0-9-]+)$/.exec(name);
  if (own) return `${own[1]}/src/index.d.ts`;
  if (!name.startsWith('.')) return undefined;
  return join(dirname(from), name).replace(/(?:\.d)?\.(?:ts|js)$/, '.d.ts');
}

function relativeSpecifier(from: string, to: string): string {
  const path = relative(dirname(from), to).replace(/\.d\.ts$/, '.js');
  return path.startsWith('.') ? path : `./${path}`;
}
