/** The file descriptors of this process: how many it may have, and whether one is left. */
import { open } from 'node:fs/promises';
import { devNull } from 'node:os';
import { systemCode } from './errors.ts';

/** Undefined where the system has no such limit to tell (Windows). Node raises its own to the hard limit when it starts. */
export function descriptorLimit(): number | undefined {
  Object.assign(process.report, { excludeNetwork: true }); // not in the types yet; interfaces are of no use here
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft: number | 'unlimited' } } };
  const soft = userLimits?.open_files?.soft;
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : soft;
}

/** Opens one and closes it again. */
export async function isDescriptorLeft(): Promise<boolean> {
  try {
    await (await open(devNull)).close();
    return true;
  } catch (error) {
    return !['EMFILE', 'ENFILE'].includes(systemCode(error) ?? '');
  }
}
