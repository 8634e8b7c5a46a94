// The version of the package that this file belongs to, from the sources as from dist/.

import { readFileSync } from 'node:fs';

/** Both `src/cli/` in the repository and `dist/` in the package lie below the manifest. */
const candidates = ['../package.json', '../../package.json'];

export function packageVersion(): string {
  for (const candidate of candidates) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(new URL(candidate, import.meta.url), 'utf8'));
      const { name, version } = manifest as { name?: unknown; version?: unknown };
      if (name === '@quietwire/sidecar' && typeof version === 'string') return version;
    } catch {
      // The other place, then.
    }
  }
  return 'unknown';
}
