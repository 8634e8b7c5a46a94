// All wire cases, by invariant of design.md section 3. Those that only wait run side by side at the end.
import type { Case } from '../harness/cases.ts';
import { bootstrapCase } from './cases/bootstrap.ts';
import { fullPeriodCase } from './cases/full-period.ts';
import { maxfraglenCase } from './cases/maxfraglen.ts';
import { nothingOutsideCase } from './cases/nothing-outside.ts';
import { recordsCase } from './cases/records.ts';
import { recordsOneCase } from './cases/records-one.ts';

export const wireCases: readonly Case[] = [
  recordsCase,
  recordsOneCase,
  maxfraglenCase,
  bootstrapCase,
  nothingOutsideCase,
  fullPeriodCase,
];
