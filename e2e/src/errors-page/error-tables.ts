// The error tables of all packages by the names that docs/errors.md gives its sections.
import { deviceErrors } from '@quietwire/device';
import { plannerErrors } from '@quietwire/planner';
import { protoErrors } from '@quietwire/proto';
import { shapingErrors } from '@quietwire/shaping';
import { sidecarErrors } from '@quietwire/sidecar';
import { tunnelErrors } from '@quietwire/tunnel';
import { demoErrors } from '../demo/demo-errors.ts';

export type ErrorTable = Readonly<Record<string, { readonly exit: number; readonly text: string }>>;

export const errorTables = {
  sidecar: sidecarErrors,
  device: deviceErrors,
  planner: plannerErrors,
  demo: demoErrors,
  shaping: shapingErrors,
  tunnel: tunnelErrors,
  proto: protoErrors,
} as const satisfies Record<string, ErrorTable>;
