/**
 * Who may ask for the drain: a process of this pod, and no web page that makes a browser ask for it. Pure.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { isLoopbackAddress } from '@quietwire/tunnel';

/** A form cannot send it, and a script only after a preflight, which nothing here grants. */
export const drainHeader = 'quietwire-drain';

/** Why the request is refused, for whoever sent it; undefined if it is not. A Host that is not loopback's never comes here. */
export function drainRefusal(remoteAddress: string, headers: IncomingHttpHeaders): string | undefined {
  if (!isLoopbackAddress(remoteAddress)) return 'drain is for loopback only';
  // Browsers send one of them with every POST, and nobody else does.
  if (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined) return 'drain is not for browsers';
  if (headers[drainHeader] !== 'yes') return `drain needs the header "${drainHeader}: yes"`;
  return undefined;
}
