/**
 * One thing wrong with a document a user wrote, and how it is told: `file:line: path: message (got X, allowed Y)`.
 * Credentials in URLs are not told.
 */
import { concealed, concealedUrls } from './conceal.ts';

/** From the root of a document to a value: property names and list indexes. */
export type Path = readonly (string | number)[];

export interface Fault {
  readonly path: Path;
  /** What is wrong, as the end of a sentence that begins with the path. */
  readonly message: string;
  /** The value found; undefined if there is none. */
  readonly got?: unknown;
  /** What would be right. */
  readonly allowed?: string | undefined;
  /** File or other origin. */
  readonly source?: string | undefined;
  /** Line in the source, from 1. */
  readonly line?: number | undefined;
}

const longestValue = 60;

/** The fault as one line of text. */
export function formatFault(fault: Fault): string {
  const origin = [fault.source, fault.line].filter((part) => part !== undefined).join(':');
  const details = [`got ${formatValue(fault.got)}`];
  if (fault.allowed !== undefined) details.push(`allowed ${fault.allowed}`);
  const subject = fault.path.length > 0 ? `${formatPath(fault.path)}: ` : '';
  return `${origin === '' ? '' : `${origin}: `}${subject}${concealedUrls(fault.message)} (${details.join(', ')})`;
}

/** `spec.services[0].name`; keys that are no plain words are quoted in brackets. */
export function formatPath(path: Path): string {
  let text = '';
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`;
    else if (/^[A-Za-z_][\w-]*$/.test(segment)) text += text === '' ? segment : `.${segment}`;
    else text += `[${JSON.stringify(segment)}]`;
  }
  return text;
}

function formatValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'bigint' ? String(value) : (JSON.stringify(concealed(value)) ?? typeof value);
  return text.length > longestValue ? `${text.slice(0, longestValue - 1)}…` : text;
}
