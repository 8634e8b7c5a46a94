/** Which peers may say, in a PROXY header, on whose behalf they connect: `listen.proxyProtocol.trusted`. */
import { BlockList, isIP, isIPv4 } from 'node:net';
import { plainIPv4 } from './address.ts';

export class TrustedProxies {
  readonly #ranges = new BlockList();
  readonly #empty: boolean;

  /** @param cidrs valid ranges as `faultOfCidr` allows them. */
  constructor(cidrs: readonly string[]) {
    this.#empty = cidrs.length === 0;
    for (const cidr of cidrs) {
      const [address = '', prefix] = cidr.split('/');
      const family = isIPv4(address) ? 'ipv4' : 'ipv6';
      this.#ranges.addSubnet(address, Number(prefix ?? (family === 'ipv4' ? 32 : 128)), family);
    }
  }

  /** Whether connections from this address begin with a PROXY header. */
  trusts(address: string): boolean {
    if (this.#empty) return false;
    const plain = plainIPv4(address);
    return this.#ranges.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
  }
}

/** What is wrong with a range in CIDR notation, or undefined. */
export function faultOfCidr(cidr: string): string | undefined {
  const [address = '', prefix, ...rest] = cidr.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return 'not an address range';
  if (prefix === undefined) return undefined;
  const longest = family === 4 ? 32 : 128;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= longest ? undefined : `prefix not in 0…${longest}`;
}
