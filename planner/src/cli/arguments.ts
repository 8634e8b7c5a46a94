// Parsers of flag values; what they refuse ends the command with exit status 2.

import { isIP } from 'node:net';
import { InvalidArgumentError } from 'commander';

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** `HOST:PORT`, `[IPV6]:PORT` or `:PORT` (loopback). */
export function parseHostPort(text: string): HostPort {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535)
    throw new InvalidArgumentError('Allowed: HOST:PORT or [IPV6]:PORT, PORT from 0 to 65535.');
  return { host: match[1] ?? (match[2] || '127.0.0.1'), port };
}

/** As `parseHostPort`, for an address to connect to: port 0 is refused. */
export function parseTarget(text: string): HostPort {
  const target = parseHostPort(text);
  if (target.port === 0) throw new InvalidArgumentError('Allowed: PORT from 1 to 65535.');
  return target;
}

/** A host name (also `*.example.org`) or an address. */
export function parseHost(text: string): string {
  const name = /^(\*\.)?([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?$/i;
  if (isIP(text) === 0 && (text.length > 253 || !name.test(text)))
    throw new InvalidArgumentError('Allowed: a host name or an IP address.');
  return text;
}

export function parseFleet(text: string): string {
  if (!/^[a-z0-9-]{1,63}$/.test(text)) throw new InvalidArgumentError('Allowed: 1 to 63 characters of a-z, 0-9 and -.');
  return text;
}

export function parseDeviceId(text: string): string {
  if (!/^[\x21-\x7e]{1,128}$/.test(text))
    throw new InvalidArgumentError('Allowed: 1 to 128 printable ASCII characters without spaces.');
  return text;
}

/** A Kubernetes name (RFC 1123 subdomain). */
export function parseObjectName(text: string): string {
  if (text.length > 253 || !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(text))
    throw new InvalidArgumentError('Allowed: a Kubernetes name (a-z, 0-9, - and ., at most 253 characters).');
  return text;
}

/** A Kubernetes namespace (RFC 1123 label). */
export function parseNamespace(text: string): string {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text))
    throw new InvalidArgumentError('Allowed: a Kubernetes namespace (a-z, 0-9 and -, at most 63 characters).');
  return text;
}

/** A whole number within bounds. */
export function parseWhole(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < low || value > high)
      throw new InvalidArgumentError(`Allowed: a whole number from ${low} to ${high}.`);
    return value;
  };
}

/** For flags that may be given several times. */
export function collect<Value>(parse: (text: string) => Value): (text: string, previous?: Value[]) => Value[] {
  return (text, previous = []) => [...previous, parse(text)];
}
