// Whether a policy's parameters can be told to a device: the wire's own limits, which the policy schema does not know.

import { ProtoError, parametersFit } from '@quietwire/proto';
import type { ShapingParameters } from '@quietwire/shaping';
import { defaultTunnelLimits, parametersMessage } from '@quietwire/tunnel';

/** What keeps the parameters out of the bootstrap exchange, as the reason after "cannot be sent"; undefined if nothing does. */
export function wireMisfit(parameters: ShapingParameters): string | undefined {
  try {
    const bytesLeft = parametersFit(parametersMessage(parameters, defaultTunnelLimits));
    return bytesLeft < 0 ? `its distributions take ${-bytesLeft} bytes too many of the bootstrap exchange` : undefined;
  } catch (error) {
    if (error instanceof ProtoError) return error.message;
    throw error;
  }
}
