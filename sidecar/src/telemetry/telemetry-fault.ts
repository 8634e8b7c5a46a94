/**
 * What OpenTelemetry's own diagnostics say, as the text of one log line: its exceptions come as JSON with a stack trace, which is
 * no use to an operator and tells where the program lies. Pure.
 */

const longest = 500;

export function telemetryFault(diagnostic: string): string {
  return (
    messageOf(diagnostic)
      .split(/\n\s+at /, 1)[0]
      ?.replace(/\s+/g, ' ')
      .trim()
      .slice(0, longest) ?? ''
  );
}

/** As `loggingErrorHandler` of OpenTelemetry writes an exception: an object with its own properties, `stack` among them. */
function messageOf(diagnostic: string): string {
  try {
    const exception: unknown = JSON.parse(diagnostic);
    if (typeof exception !== 'object' || exception === null) return diagnostic;
    const { name, message, code } = exception as Record<string, unknown>;
    const parts = [name, code, message].filter((part) => typeof part === 'string' && part !== '' && part !== 'Error');
    return parts.length > 0 ? [...new Set(parts)].join(': ') : 'unknown';
  } catch {
    return diagnostic;
  }
}
