/**
 * What the thread that reads (`state-worker.ts`) is asked, and what it answers: plain data, with errors as the codes and texts
 * that they are made of.
 */
import { ShapingError, type ShapingErrorCode, shapingErrors } from '@quietwire/shaping';
import type { SidecarConfig } from './config/schema.ts';
import { errorText, SidecarError, type SidecarErrorCode, sidecarErrors } from './errors.ts';
import { type RevokedRead, readRevokedLists } from './keys/read-revoked.ts';
import type { RevokedInForce } from './keys/revoked-list.ts';
import { readState, type SidecarState, type StateInForce } from './state.ts';

export type StateRequest =
  | { readonly read: 'state'; readonly config: SidecarConfig; readonly inForce: StateInForce }
  | {
      readonly read: 'revoked';
      readonly directory: string;
      readonly inForce: ReadonlyMap<string, RevokedInForce>;
    };

export type StateResult<Request extends StateRequest> = Request extends { readonly read: 'state' }
  ? SidecarState
  : ReadonlyMap<string, RevokedRead>;

interface PlainError {
  readonly code: string | undefined;
  readonly message: string;
}

export type StateAnswer = { readonly result: unknown } | { readonly errors: readonly PlainError[] };

/** Does what is asked. Does not reject. */
export async function answerRequest(request: StateRequest): Promise<StateAnswer> {
  try {
    if (request.read === 'revoked') return { result: await readRevokedLists(request.directory, request.inForce) };
    return { result: await readState(request.config, request.inForce) };
  } catch (error) {
    const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
    return { errors: errors.map(plainError) };
  }
}

/**
 * What was asked for.
 * @throws what the reader threw: SidecarError, ShapingError, an AggregateError of several.
 */
export function resultOf(answer: StateAnswer): unknown {
  if ('result' in answer) return answer.result;
  const errors = answer.errors.map(revive);
  throw errors.length === 1 ? errors[0] : new AggregateError(errors, 'several things are not valid');
}

function plainError(error: unknown): PlainError {
  const known = error instanceof SidecarError || error instanceof ShapingError;
  return { code: known ? error.code : undefined, message: errorText(error) };
}

function revive({ code, message }: PlainError): Error {
  if (code !== undefined && code in sidecarErrors) return new SidecarError(code as SidecarErrorCode, message);
  if (code !== undefined && code in shapingErrors) return new ShapingError(code as ShapingErrorCode, message);
  return new Error(message);
}
