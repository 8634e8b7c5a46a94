// The e2e case `http`: curl through the agent to HTTP services. nginx insists on the PROXY header and tells what it said; a
// server of Node's gets plain connections.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { type Case, type CaseOutcome, Faults, type Figures } from '../../harness/cases.ts';
import { findFreePorts } from '../../harness/free-port.ts';
import { socketsOf } from '../../harness/sockets.ts';
import { startDigestServer } from '../http/digest-server.ts';
import { nginxMissing, startNginx } from '../http/nginx.ts';
import { renderSamplePolicy } from '../rig/policy.ts';
import { type Agent, Stack } from '../rig/stack.ts';
import { type Workplace, withWorkplace } from '../rig/workplace.ts';

const fileBytes = 60_000;
const bodyBytes = 30_000;
const curlFile = '/usr/bin/curl';
/** curl: the server closed without an answer, or reset. */
const refusedStatuses = [52, 56];

export const httpCase: Case = {
  name: 'http',
  about: 'curl through the agent: GET, POST, keep-alive, three at a time; nginx reads our PROXY header',
  waits: true,
  blocked: () => nginxMissing() ?? (existsSync(curlFile) ? undefined : `${curlFile} missing: apt-get install curl`),
  run: () => withWorkplace('http', runHttp),
};

async function runHttp(place: Workplace): Promise<CaseOutcome> {
  const faults = new Faults();
  const api = await startDigestServer(place);
  const [nginxPort = 0] = await findFreePorts(1);
  await startNginx(place, nginxPort, api.port);
  const content = randomBytes(fileBytes);
  await writeFile(place.path('www', 'file'), content);
  const stack = await Stack.start(place, {
    policies: [
      renderSamplePolicy({
        services: [
          { name: 'web', port: nginxPort, proxyProtocol: 'V2' },
          { name: 'api', port: api.port, proxyProtocol: 'None' },
        ],
      }),
    ],
  });
  // Past the tap, so that the address that nginx is told is the agent's own.
  const server = `127.0.0.1:${stack.ports.sidecar}`;
  const agent = await stack.startAgent({ device: 'camera', services: ['web', 'api'], server });
  const figures: Figures = {};
  const curl = new Curl(place, agent, faults);
  await checkGet(curl, content, faults, figures);
  await checkProxyHeader(curl, stack, agent, faults);
  await checkPost(curl, faults, figures);
  await checkKeepAlive(curl, api.connections, faults);
  await checkParallel(curl, faults);
  const direct = await place.run({ name: 'curl', command: 'curl', args: ['-s', `http://127.0.0.1:${nginxPort}/file`] });
  faults.expect(
    refusedStatuses.includes(direct.status),
    `nginx answered without a PROXY header (curl ${direct.status})`,
  );
  return faults.outcome(figures);
}

class Curl {
  readonly #place: Workplace;
  readonly #agent: Agent;
  readonly #faults: Faults;

  constructor(place: Workplace, agent: Agent, faults: Faults) {
    this.#place = place;
    this.#agent = agent;
    this.#faults = faults;
  }

  get place(): Workplace {
    return this.#place;
  }

  url(service: string, path: string): string {
    return `http://127.0.0.1:${this.#agent.port(service)}${path}`;
  }

  /** What curl prints. */
  async run(...args: string[]): Promise<string> {
    const options = { name: 'curl', command: 'curl', args: ['-sS', '--fail', '--max-time', '60', ...args] };
    const { status, output, said } = await this.#place.run(options, 70_000);
    this.#faults.expect(status === 0, `curl ${args.join(' ')} ended with status ${status}: ${said}`);
    return output;
  }
}

async function checkGet(curl: Curl, content: Buffer, faults: Faults, figures: Figures): Promise<void> {
  const copy = curl.place.path('copy');
  const seconds = await curl.run('-o', copy, '-w', '%{time_total}', curl.url('web', '/file'));
  faults.expect((await readFile(copy)).equals(content), `GET through nginx: the file differs`);
  figures.get_Bps = fileBytes / Number(seconds);
}

/** nginx must have been told the agent's address and the sidecar's. */
async function checkProxyHeader(curl: Curl, stack: Stack, agent: Agent, faults: Faults): Promise<void> {
  const headers = await curl.run('-I', curl.url('web', '/file'));
  const value = (name: string) => new RegExp(`^${name}: (.*?)\\s*$`, 'im').exec(headers)?.[1];
  const [own] = socketsOf(agent.child.pid).filter(({ remotePort }) => remotePort === stack.ports.sidecar);
  const [client, server] = [`127.0.0.1:${own?.localPort}`, `127.0.0.1:${stack.ports.sidecar}`];
  faults.expect(value('X-Client') === client, `nginx was told client ${value('X-Client')}, expected ${client}`);
  faults.expect(value('X-Server') === server, `nginx was told server ${value('X-Server')}, expected ${server}`);
}

async function checkPost(curl: Curl, faults: Faults, figures: Figures): Promise<void> {
  const body = randomBytes(bodyBytes);
  const file = await curl.place.file('body', body);
  const expected = `POST ${bodyBytes} ${createHash('sha256').update(body).digest('hex')}`;
  for (const [service, path] of [
    ['web', '/api/echo'],
    ['api', '/echo'],
  ] as const) {
    const answer = await curl.run('--data-binary', `@${file}`, '-w', '%{time_total}', curl.url(service, path));
    const [digest, seconds] = answer.trim().split('\n');
    faults.expect(digest === expected, `POST to ${service}: got ${digest}, expected ${expected}`);
    figures[`post_${service}_Bps`] = bodyBytes / Number(seconds);
  }
}

/** Three requests of one curl go over one connection, to the service as to the agent. */
async function checkKeepAlive(curl: Curl, connections: () => number, faults: Faults): Promise<void> {
  const before = connections();
  const urls = [1, 2, 3].flatMap((at) => ['-o', '/dev/null', curl.url('api', `/?bytes=${at * 1000}`)]);
  const answer = await curl.run('-w', '%{num_connects} ', ...urls);
  faults.expect(answer.trim() === '1 0 0', `keep-alive: curl made connections "${answer.trim()}", expected "1 0 0"`);
  faults.expect(connections() - before === 1, `keep-alive: the service saw ${connections() - before} connections`);
}

async function checkParallel(curl: Curl, faults: Faults): Promise<void> {
  const sizes = [3000, 7000, 11_000];
  const answers = await Promise.all(sizes.map((bytes) => curl.run(curl.url('api', `/?bytes=${bytes}`))));
  const got = answers.map((answer) => answer.trim().length);
  faults.expect(got.join() === sizes.join(), `three at a time: got ${got.join()} bytes, expected ${sizes.join()}`);
}
