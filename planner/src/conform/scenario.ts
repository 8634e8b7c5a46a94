// What a scenario is, and the questions that most of them ask.
import type { ConformClock } from './clock.ts';
import type { MustId } from './musts.ts';
import type { CloudScript, ScriptedCloud } from './scripted-cloud.ts';
import type { Verdicts } from './verdicts.ts';

export interface Stage {
  readonly cloud: ScriptedCloud;
  readonly verdicts: Verdicts;
  readonly clock: ConformClock;
  /** How far a time may be off, ms. */
  readonly toleranceMs: number;
}

export interface Scenario {
  readonly name: string;
  readonly about: string;
  /** The MUSTs that it judges; without a verdict of the scenario they are not observable. */
  readonly judges: readonly MustId[];
  readonly script?: CloudScript;
  /** How the server's TLS differs. */
  readonly tls?: 'no-alpn' | 'other-name' | 'other-authority' | 'TLSv1.2' | 'TLSv1.3';
  /** Whether the device's application must open a stream. */
  readonly needsStream?: boolean;
  readonly run: (stage: Stage) => Promise<void>;
}

/** Within this the end of a connection counts as at once. */
const atOnceMs = 1500;
/** Frames that may be on their way when the device reads the fault. */
const onTheWayMs = 150;

/** Expects that the device ends the connection after `fault`, and that it writes nothing but slots until then. */
export async function expectEnd({ cloud, verdicts, clock }: Stage, id: MustId, fault: () => void): Promise<void> {
  const { connection } = cloud;
  if (!connection.isOpen) return verdicts.judge(id, false, `before the fault ${cloud.ending()}`);
  const before = cloud.sizes.length;
  const faultMs = clock.nowMs();
  fault();
  const ended = await connection.until(() => !connection.isOpen, atOnceMs);
  const after = cloud.sizes.length - before;
  verdicts.judge(id, ended, `${atOnceMs} ms after it the connection stands, ${after} frames came`);
  if (!ended) return;
  const late = cloud.log.frames.filter(({ atMs }) => atMs > faultMs + onTheWayMs).length;
  verdicts.judge('no-write', late === 0, `${late} frames came more than ${onTheWayMs} ms after a fault (${id})`);
  const alerts = connection.records.filter((length) => length < 64).length;
  verdicts.judge('no-write', alerts === 0, `a record of ${connection.records.at(-1)} bytes after a fault (${id})`);
}

/** A scenario whose fault is written once a session stands. */
export function sessionFault(
  name: string,
  id: MustId,
  about: string,
  fault: (cloud: ScriptedCloud, clock: ConformClock) => void,
  script: CloudScript = {},
): Scenario {
  return {
    name,
    about,
    judges: [id, 'no-write'],
    script,
    run: async (stage) => {
      await stage.cloud.session();
      await expectEnd(stage, id, () => fault(stage.cloud, stage.clock));
    },
  };
}

/** A scenario whose fault is the ACCEPT. */
export function acceptFault(name: string, id: MustId, about: string, script: CloudScript): Scenario {
  return {
    name,
    about,
    judges: [id],
    script,
    run: async ({ cloud, verdicts }) => {
      await cloud.establish();
      const { connection } = cloud;
      const ended = await connection.until(() => !connection.isOpen || cloud.log.frames.length > 0, atOnceMs);
      const frames = cloud.log.frames.length;
      verdicts.judge(id, ended && frames === 0, frames > 0 ? `${name}: it began a session` : `${name}: it waits`);
    },
  };
}

/** A scenario whose fault is in place of the CHALLENGE. */
export function challengeFault(
  name: string,
  id: MustId,
  about: string,
  fault: (cloud: ScriptedCloud) => Promise<void>,
): Scenario {
  return {
    name,
    about,
    judges: [id],
    run: async ({ cloud, verdicts }) => {
      await fault(cloud);
      const { connection } = cloud;
      const more = () => !connection.isOpen || cloud.unasked > 0;
      const ended = await connection.until(more, atOnceMs);
      verdicts.judge(
        id,
        ended && cloud.unasked === 0,
        cloud.unasked > 0 ? `${name}: it sent PROOF` : `${name}: it waits`,
      );
    },
  };
}
