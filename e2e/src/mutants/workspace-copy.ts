// A copy of the repository's sources and tests in a temporary folder, in which one leak at a time is planted. Packages of the
// repository resolve to the copy, all others to what is installed.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type Mutant, plant } from './mutant.ts';

const workspaces = ['proto', 'shaping', 'tunnel', 'device', 'sidecar', 'planner', 'e2e'];
const others = ['package.json', 'scripts', 'charts'];
const scope = '@quietwire';
/** Not needed by any test that is named here. */
const left = new Set(['node_modules', 'dist', 'data', 'corpus']);

export class WorkspaceCopy {
  readonly directory: string;
  readonly #root: string;
  #planted = 0;

  /** @param root the repository. */
  constructor(root: string) {
    this.#root = root;
    this.directory = mkdtempSync(join(tmpdir(), 'quietwire-mutants-'));
    for (const name of [...workspaces, ...others]) {
      cpSync(join(root, name), join(this.directory, name), {
        recursive: true,
        filter: (source) =>
          !relative(root, source)
            .split('/')
            .some((part) => left.has(part)),
      });
    }
    this.#linkPackages('.');
    for (const workspace of workspaces) this.#linkPackages(workspace);
  }

  /**
   * Plants the leak, runs, and takes it out again. `ran` tells whether a process loaded the changed file.
   * @throws Error if the leak does not fit the file any more.
   */
  async with<Result>(mutant: Mutant, run: (ran: () => boolean) => Promise<Result>): Promise<Result> {
    const file = join(this.directory, mutant.file);
    const text = readFileSync(file, 'utf8');
    this.#planted += 1;
    const trace = join(this.directory, `planted-${this.#planted}`);
    const leaves = `import { writeFileSync as leaveTrace } from 'node:fs';\nleaveTrace(${JSON.stringify(trace)}, '');\n`;
    writeFileSync(file, `${plant(mutant, text)}\n${leaves}`);
    try {
      return await run(() => existsSync(trace));
    } finally {
      writeFileSync(file, text);
    }
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  #linkPackages(workspace: string): void {
    const from = join(this.#root, workspace, 'node_modules');
    if (!existsSync(from)) return;
    const to = join(this.directory, workspace, 'node_modules');
    mkdirSync(join(to, scope), { recursive: true });
    for (const name of readdirSync(from)) {
      if (name !== scope) symlinkSync(join(from, name), join(to, name));
    }
    if (workspace !== '.') return;
    for (const name of workspaces) symlinkSync(join(this.directory, name), join(to, scope, name));
  }
}
