// Whether files with secrets can be read or changed by others than their owner: worth a warning at a daemon's start, no more,
// because a container's volumes are often open to all users of a container that has one.
import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const OTHERS_READ = 0o004;
const OTHERS_WRITE = 0o002;
const OTHERS_THROUGH = 0o001;
const GROUP_WRITE = 0o020;
const GROUP_THROUGH = 0o010;
/** Kubernetes mounts Secrets so: links into a folder whose name it swaps. Their mode is the pod's matter. */
const SECRET_VOLUME = /\/\.\.(data|\d{4}_)/;

export interface ExposedFile {
  readonly path: string;
  /** What others may do, without the path: that may hold a device's id. */
  readonly text: string;
}

/** The files that others may read or change; those that are not there are none of them. */
export async function exposedKeyFiles(paths: readonly string[]): Promise<ExposedFile[]> {
  const exposed: ExposedFile[] = [];
  for (const path of paths) {
    try {
      const [{ mode }, real] = await Promise.all([stat(path), realpath(path)]);
      const folder = await stat(dirname(real));
      const by = exposure(mode, folder.mode);
      if (by !== undefined && !SECRET_VOLUME.test(real))
        exposed.push({ path, text: `${by} (mode ${octal(mode)}; chmod 600 mends it)` });
    } catch {
      // Who reads the file tells what is wrong with it.
    }
  }
  return exposed;
}

/** A folder that lets nobody through keeps what is in it. */
function exposure(mode: number, folder: number): string | undefined {
  const byGroup = (folder & GROUP_THROUGH) !== 0 && (mode & GROUP_WRITE) !== 0;
  const byOthers = (folder & OTHERS_THROUGH) !== 0 ? mode & (OTHERS_READ | OTHERS_WRITE) : 0;
  if (byGroup || (byOthers & OTHERS_WRITE) !== 0) return 'others may change this key';
  return byOthers === 0 ? undefined : 'others may read this key';
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}
