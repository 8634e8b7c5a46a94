// Debian's Prometheus scraping one target on loopback, and its query API.
import { existsSync } from 'node:fs';
import { findFreePorts } from '../../harness/free-port.ts';
import { ready } from '../rig/stack.ts';
import type { Workplace } from '../rig/workplace.ts';

const prometheusFile = '/usr/bin/prometheus';

/** Why Prometheus cannot be used here; undefined if it can. */
export function prometheusMissing(): string | undefined {
  return existsSync(prometheusFile) ? undefined : `${prometheusFile} missing: apt-get install prometheus`;
}

/** Labels of a series, `__name__` among them. */
export type Series = Readonly<Record<string, string>>;

export class Prometheus {
  readonly #port: number;

  private constructor(port: number) {
    this.#port = port;
  }

  /** Starts it, scraping http://127.0.0.1:`target`/metrics every second. */
  static async start(place: Workplace, target: number): Promise<Prometheus> {
    const [port = 0] = await findFreePorts(1);
    const config = {
      global: { scrape_interval: '1s', scrape_timeout: '1s' },
      scrape_configs: [{ job_name: 'sidecar', static_configs: [{ targets: [`127.0.0.1:${target}`] }] }],
    };
    const file = await place.file('prometheus.yml', JSON.stringify(config)); // JSON is YAML too
    const child = place.start({
      name: 'prometheus',
      command: prometheusFile,
      args: [
        `--config.file=${file}`,
        `--storage.tsdb.path=${place.path('prometheus')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=warn',
      ],
    });
    await ready(`http://127.0.0.1:${port}/-/ready`, child);
    return new Prometheus(port);
  }

  /** All series of a selector. */
  series(selector: string): Promise<Series[]> {
    return this.#ask<Series[]>('series', { 'match[]': selector });
  }

  /** The values of an instant query, with their labels. */
  async query(expression: string): Promise<{ labels: Series; value: number }[]> {
    const { result } = await this.#ask<{ result: { metric: Series; value: [number, string] }[] }>('query', {
      query: expression,
    });
    return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  async #ask<Data>(what: string, parameters: Record<string, string>): Promise<Data> {
    const url = `http://127.0.0.1:${this.#port}/api/v1/${what}?${new URLSearchParams(parameters)}`;
    const answer = (await (await fetch(url)).json()) as { status: string; data: Data; error?: string };
    if (answer.status !== 'success') throw new Error(`Prometheus: ${answer.error}`);
    return answer.data;
  }
}
