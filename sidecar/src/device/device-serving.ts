/** What serving any device needs: made once for the process and handed to every connection. */
import type { FramePool, MemoryBudget, Runtime, TunnelLimits } from '@quietwire/tunnel';
import type { KeyRing } from '../keys/key-ring.ts';
import type { PolicyBook } from '../policy/fleet-policy.ts';
import type { ServiceReports } from './service-reports.ts';

export interface DeviceServing {
  readonly runtime: Runtime;
  readonly policies: PolicyBook;
  readonly keys: KeyRing;
  readonly limits: TunnelLimits;
  readonly pool: FramePool;
  readonly memory: MemoryBudget;
  /** For the bootstrap exchange. */
  readonly handshakeTimeoutMs: number;
  readonly services: ServiceReports;
}
