// Control messages between their bytes and their public form (SPEC 6.2). Sealing is in control.ts.
import { canonical } from './canonical.ts';
import { ProtoError } from './errors.ts';
import { quietwire } from './generated/messages.js';
import type { Control } from './messages.ts';
import { parametersFromWire, parametersToWire } from './parameters-codec.ts';

const Wire = quietwire.v1.Control;

/** @throws ProtoError PARAMETERS_INVALID */
export function encodeControl(control: Control): Uint8Array {
  const { periodStart, demand, fragment, parameters, parametersAck, goaway } = control;
  const message: quietwire.v1.Control.$Properties = {};
  if (periodStart !== undefined) message.periodStart = periodStart;
  if (demand !== undefined) message.demand = canonical(demand);
  if (fragment !== undefined) message.fragment = canonical(fragment);
  if (parameters !== undefined) message.parameters = parametersToWire(parameters);
  if (parametersAck !== undefined) message.parametersAck = canonical(parametersAck);
  if (goaway !== undefined) message.goaway = canonical(goaway);
  return Wire.encode(message).finish();
}

/** The result holds no view of `bytes`. @throws ProtoError MALFORMED_MESSAGE */
export function decodeControl(bytes: Uint8Array): Control {
  const wire = decode(bytes);
  const control: Control = {};
  if (wire.periodStart) {
    const { number = 0, position = 0, version = 0 } = wire.periodStart;
    if (!number || !position || !version) throw new ProtoError('MALFORMED_MESSAGE', 'a PeriodStart counts from 1');
    control.periodStart = { number, position, version };
  }
  if (wire.demand) control.demand = { remainingMs: wire.demand.remainingMs ?? 0 };
  if (wire.fragment) {
    const { message, index, last, data } = wire.fragment;
    control.fragment = {
      message: message ?? 0,
      index: index ?? 0,
      last: last ?? false,
      data: Uint8Array.from(data ?? []),
    };
  }
  if (wire.parameters) control.parameters = parametersFromWire(wire.parameters);
  if (wire.parametersAck) control.parametersAck = { version: wire.parametersAck.version ?? 0 };
  if (wire.goaway) {
    const lastStream = wire.goaway.lastStream ?? 0;
    if (lastStream > 0xffff) throw new ProtoError('MALFORMED_MESSAGE', `last stream ${lastStream}`);
    control.goaway = { lastStream, final: wire.goaway.final ?? false };
  }
  return control;
}

function decode(bytes: Uint8Array): quietwire.v1.Control {
  try {
    return Wire.decode(bytes);
  } catch (cause) {
    throw new ProtoError('MALFORMED_MESSAGE', 'Control', { cause });
  }
}
