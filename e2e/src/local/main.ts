// `npm run e2e [-- --case NAME --minutes N --periods N]`: the product's parts as users run them, with real peers, on loopback.
import { runCases } from '../harness/cases.ts';
import { indistinctCase } from '../indistinct/case.ts';
import { attackCase } from './cases/attack.ts';
import { badConfigCase } from './cases/bad-config.ts';
import { badPeersCase } from './cases/bad-peers.ts';
import { badServersCase } from './cases/bad-servers.ts';
import { conformCase } from './cases/conform.ts';
import { demoCase } from './cases/demo.ts';
import { httpCase } from './cases/http.ts';
import { metricsCase } from './cases/metrics.ts';
import { mqttCase } from './cases/mqtt.ts';
import { noTunnelCase } from './cases/no-tunnel.ts';
import { packCase } from './cases/pack.ts';
import { reloadCase } from './cases/reload.ts';
import { replayCase } from './cases/replay.ts';
import { stopCase } from './cases/stop.ts';

// Told to end, the process ends its children and removes what it made ('exit' listeners do).
for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => process.exit(status));
}

// Of the cases that wait, replay takes as long as all others in two rows.
process.exit(
  await runCases(
    [
      attackCase,
      mqttCase,
      indistinctCase,
      replayCase,
      httpCase,
      badPeersCase,
      badServersCase,
      badConfigCase,
      conformCase,
      noTunnelCase,
      stopCase,
      metricsCase,
      reloadCase,
      packCase,
      demoCase,
    ],
    process.argv.slice(2),
    { sideBySide: 3 },
  ),
);
