// All wire cases, by invariant of design.md section 3. Those that only wait run side by side at the end.
import type { Case } from '../harness/cases.ts';
import { backgroundCase } from './cases/background.ts';
import { backpressureCase } from './cases/backpressure.ts';
import { bootstrapCase } from './cases/bootstrap.ts';
import { closeCase } from './cases/close.ts';
import { connectCase } from './cases/connect.ts';
import { deadPeerCase } from './cases/dead-peer.ts';
import { deadlinesCase } from './cases/deadlines.ts';
import { drawnCase } from './cases/drawn.ts';
import { flipCase } from './cases/flip.ts';
import { followerCase } from './cases/follower.ts';
import { frozenEndCase } from './cases/frozen-end.ts';
import { fullPeriodCase } from './cases/full-period.ts';
import { initiatorCase } from './cases/initiator.ts';
import { maxfraglenCase } from './cases/maxfraglen.ts';
import { nothingOutsideCase } from './cases/nothing-outside.ts';
import { oneWriteCase } from './cases/one-write.ts';
import { reconnectCase } from './cases/reconnect.ts';
import { recordsCase } from './cases/records.ts';
import { recordsOneCase } from './cases/records-one.ts';
import { refusedCase } from './cases/refused.ts';

export const wireCases: readonly Case[] = [
  recordsCase,
  recordsOneCase,
  maxfraglenCase,
  bootstrapCase,
  drawnCase,
  oneWriteCase,
  deadlinesCase,
  nothingOutsideCase,
  fullPeriodCase,
  flipCase,
  initiatorCase,
  followerCase,
  backgroundCase,
  frozenEndCase,
  deadPeerCase,
  backpressureCase,
  connectCase,
  closeCase,
  reconnectCase,
  refusedCase,
];
