// TCP sockets of this machine's loopback as the kernel lists them (/proc/net/tcp), and which process holds which.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface TcpSocket {
  readonly localPort: number;
  /** 0 for a listening socket. */
  readonly remotePort: number;
  readonly state: 'opening' | 'established' | 'listening' | 'ending';
  readonly inode: string;
}

const states: Readonly<Record<string, TcpSocket['state']>> = {
  '01': 'established',
  '02': 'opening',
  '03': 'opening',
  '0A': 'listening',
};

/** All TCP sockets, IPv4 and IPv6. */
export function tcpSockets(): TcpSocket[] {
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => {
    const [, ...lines] = readFileSync(file, 'latin1').trimEnd().split('\n');
    return lines.map((line): TcpSocket => {
      const fields = line.trim().split(/\s+/);
      const port = (address = '') => Number.parseInt(address.slice(address.lastIndexOf(':') + 1), 16);
      return {
        localPort: port(fields[1]),
        remotePort: port(fields[2]),
        state: states[fields[3] ?? ''] ?? 'ending',
        inode: fields[9] ?? '',
      };
    });
  });
}

/** Those that a process of this user holds. */
export function socketsOf(pid: number): TcpSocket[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
      try {
        const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`)) ?? [];
        return inode ?? [];
      } catch {
        return []; // closed meanwhile
      }
    }),
  );
  return tcpSockets().filter(({ inode }) => inodes.has(inode));
}
