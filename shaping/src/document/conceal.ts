/**
 * URLs as they may be shown: without user info, query and fragment, where credentials are. For everything that leaves the
 * process as text: printed configurations, faults, log lines. Pure.
 */

const mask = '***';

/** The value with every text in it concealed: a URL at any depth, and `user:secret@host` without a scheme. */
export function concealed(value: unknown): unknown {
  if (typeof value === 'string') return concealedText(value);
  if (Array.isArray(value)) return value.map(concealed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, concealed(child)]));
}

/** A text of which all may be a URL, blanks and quotes in it too. */
function concealedText(text: string): string {
  const scheme = /^\s*[a-z][a-z0-9+.-]*:\/*(?=\S)/i.exec(text)?.[0] ?? '';
  if (scheme.includes('/')) return scheme + concealedRest(text.slice(scheme.length));
  if (/^[^\s/]*:[^\s]*@/.test(text)) return concealedRest(text);
  return concealedUrls(text);
}

/** A text in which URLs stand, such as a message. */
export function concealedUrls(text: string): string {
  if (!text.includes('://')) return text;
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)([^\s"'<>]+)/gi, (_, scheme: string, rest: string) => {
    return scheme + concealedRest(rest);
  });
}

/** What follows the scheme. A secret may hold an unescaped `/`, `?` or `#`: all before the last `@` goes. */
function concealedRest(rest: string): string {
  const at = rest.lastIndexOf('@');
  const place = at < 0 ? rest : `${mask}@${rest.slice(at + 1)}`;
  const end = place.search(/[?#]/);
  return end < 0 ? place : `${place.slice(0, end + 1)}${mask}`;
}
