// What counts as loopback: addresses of a socket's ends, and the names in a Host header that can mean nothing else.

/** 127.0.0.0/8, also as a socket for both families reports it, and ::1. */
export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address);
}

/** Whether a Host header, its port set aside, is `localhost` or a loopback address. */
export function isLoopbackHost(host: string | undefined): boolean {
  const name = (host ?? '').replace(/:\d{1,5}$/, '').toLowerCase();
  return name === 'localhost' || name === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name);
}
