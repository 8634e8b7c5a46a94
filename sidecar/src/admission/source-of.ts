/** Whom a connection counts for: what one subscriber can hold many addresses of counts as one. */
import { addressBytes, addressText, plainIPv4 } from '../proxy/address.ts';

/** Bytes of an IPv6 network that one subscriber has whole (RFC 6177). */
const networkBytes = 8;

/** An IPv4 address as it is, an IPv6 address as its /64; what is no address counts as itself. */
export function sourceOf(address: string): string {
  const plain = plainIPv4(address);
  if (!plain.includes(':')) return plain;
  try {
    const bytes = addressBytes(plain);
    return `${addressText(bytes.fill(0, networkBytes))}/64`;
  } catch {
    return plain;
  }
}
