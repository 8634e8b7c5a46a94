// Turns the page's TypeScript into what a browser takes: one script and one style sheet, made in memory at start.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The files of the page by path. */
export type PageFiles = ReadonlyMap<string, { readonly type: string; readonly body: Uint8Array }>;

const folder = fileURLToPath(new URL('./page/', import.meta.url));

/** Bundles the page. Everything it needs is inside: it loads nothing from elsewhere. */
export async function bundlePage(): Promise<PageFiles> {
  const { outputFiles } = await build({
    entryPoints: [
      { in: `${folder}page.ts`, out: 'page' },
      { in: `${folder}style.css`, out: 'page' },
    ],
    outdir: 'out',
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'inline',
    write: false,
    logLevel: 'error',
  });
  const files = new Map([['/', { type: 'text/html; charset=utf-8', body: await readFile(`${folder}index.html`) }]]);
  for (const { path, contents } of outputFiles) {
    if (path.endsWith('.js'))
      files.set('/page.js', { type: 'text/javascript; charset=utf-8', body: Buffer.from(contents) });
    if (path.endsWith('.css')) files.set('/page.css', { type: 'text/css; charset=utf-8', body: Buffer.from(contents) });
  }
  return files;
}
