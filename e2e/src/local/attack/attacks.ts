// All attacks of the case `attack`, in the order of its table.
import type { Attack } from './attack.ts';
import { adminAttacks } from './attacks/admin.ts';
import { deviceRecordAttacks } from './attacks/device-records.ts';
import { keyUpdateAttacks } from './attacks/key-updates.ts';
import { silentAttacks } from './attacks/silent.ts';
import { strangerRecordAttacks } from './attacks/stranger-records.ts';

export const attacks: readonly Attack[] = [
  ...keyUpdateAttacks,
  ...strangerRecordAttacks,
  ...deviceRecordAttacks,
  ...silentAttacks,
  ...adminAttacks,
];
