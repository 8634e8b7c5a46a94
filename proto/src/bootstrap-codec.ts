// The five bootstrap messages between their bytes and their public form (SPEC 5.2 to 5.6). Decoding checks every bound of
// SPEC 15; whether the content is acceptable is decided in bootstrap-device.ts and bootstrap-cloud.ts.
import { canonical } from './canonical.ts';
import { ProtoError } from './errors.ts';
import { quietwire } from './generated/messages.js';
import { limits } from './limits.ts';
import type { Accept, Aead, Binding, Challenge, Extension, Hello, Proof, Refuse } from './messages.ts';

const wire = quietwire.v1;
const fleetPattern = /^[a-z0-9-]{1,63}$/;
const deviceIdPattern = /^[\x21-\x7e]{1,128}$/;
const aeadNumbers: Record<Aead, number> = {
  'AES-256-GCM': wire.Aead.AES_256_GCM,
  'CHACHA20-POLY1305': wire.Aead.CHACHA20_POLY1305,
};

/** @throws ProtoError MALFORMED_MESSAGE when a value is out of the bounds of SPEC 5.2. */
export function encodeHello(hello: Hello): Uint8Array {
  checkHello(hello);
  return wire.Hello.encode({
    ...hello,
    binding: wire.Binding[hello.binding],
    aeads: hello.aeads.map((aead) => aeadNumbers[aead]),
    profile: wire.Profile[hello.profile],
    extensions: hello.extensions.map(canonical),
  }).finish();
}

/** The result holds no view of `body`. @throws ProtoError MALFORMED_MESSAGE */
export function decodeHello(body: Uint8Array): Hello {
  const message = guarded('HELLO', () => wire.Hello.decode(body));
  const { aeads, extensions } = message;
  if ((aeads?.length ?? 0) > limits.aeads) malformed('HELLO.aeads', aeads?.length);
  const hello: Hello = {
    nonce: bytes('HELLO.nonce', message.nonce, limits.nonce),
    fleet: message.fleet ?? '',
    deviceId: message.deviceId ?? '',
    keyId: bytes('HELLO.key_id', message.keyId, limits.keyId),
    binding: binding(message.binding),
    aeads: (aeads ?? []).map(aeadName).filter((aead) => aead !== undefined),
    maxFrame: message.maxFrame ?? 0,
    profile: message.profile === wire.Profile.FULL ? 'FULL' : 'MINIMAL',
    extensions: extensionList(extensions),
  };
  checkHello(hello);
  return hello;
}

export function encodeChallenge(challenge: Challenge): Uint8Array {
  const extensions = challenge.extensions.map(canonical);
  return wire.Challenge.encode({ ...challenge, aead: aeadNumbers[challenge.aead], extensions }).finish();
}

/** @throws ProtoError MALFORMED_MESSAGE */
export function decodeChallenge(body: Uint8Array): Challenge {
  const message = guarded('CHALLENGE', () => wire.Challenge.decode(body));
  const aead = aeadName(message.aead ?? 0);
  if (aead === undefined) malformed('CHALLENGE.aead', message.aead);
  return {
    nonce: bytes('CHALLENGE.nonce', message.nonce, limits.nonce),
    aead,
    extensions: extensionList(message.extensions),
  };
}

export function encodeProof(proof: Proof): Uint8Array {
  return wire.Proof.encode(proof).finish();
}

/** @throws ProtoError MALFORMED_MESSAGE */
export function decodeProof(body: Uint8Array): Proof {
  const message = guarded('PROOF', () => wire.Proof.decode(body));
  return { mac: bytes('PROOF.mac', message.mac, limits.mac) };
}

export function encodeAccept(accept: Accept): Uint8Array {
  return wire.Accept.encode(accept).finish();
}

/** @throws ProtoError MALFORMED_MESSAGE */
export function decodeAccept(body: Uint8Array): Accept {
  const message = guarded('ACCEPT', () => wire.Accept.decode(body));
  const sealed = Uint8Array.from(message.sealed ?? []);
  if (sealed.length < limits.sealTag) malformed('ACCEPT.sealed', sealed.length);
  return { mac: bytes('ACCEPT.mac', message.mac, limits.mac), sealed };
}

export function encodeRefuse(refuse: Refuse): Uint8Array {
  return wire.Refuse.encode(canonical({ code: refuse.code, text: refuse.text.slice(0, limits.refuseText) })).finish();
}

/** The text is cut to its limit and stripped of what a terminal would obey. @throws ProtoError MALFORMED_MESSAGE */
export function decodeRefuse(body: Uint8Array): Refuse {
  const message = guarded('REFUSE', () => wire.Refuse.decode(body));
  const text = (message.text ?? '').slice(0, limits.refuseText).replace(/[^\x20-\x7e]/g, '?');
  return { code: message.code ?? 0, text };
}

function checkHello(hello: Hello): void {
  if (!fleetPattern.test(hello.fleet)) malformed('HELLO.fleet', hello.fleet.length);
  if (!deviceIdPattern.test(hello.deviceId)) malformed('HELLO.device_id', hello.deviceId.length);
  if (!(hello.maxFrame >= limits.bootstrapFrame && hello.maxFrame <= limits.frameMax))
    malformed('HELLO.max_frame', hello.maxFrame);
}

function binding(value: number | null | undefined): Binding {
  if (value === wire.Binding.EXPORTER) return 'EXPORTER';
  if (value === wire.Binding.CERTIFICATE) return 'CERTIFICATE';
  return malformed('HELLO.binding', value ?? 0);
}

function aeadName(value: number): Aead | undefined {
  if (value === aeadNumbers['AES-256-GCM']) return 'AES-256-GCM';
  return value === aeadNumbers['CHACHA20-POLY1305'] ? 'CHACHA20-POLY1305' : undefined;
}

function extensionList(list: readonly quietwire.v1.Extension.$Properties[] | null | undefined): Extension[] {
  if ((list?.length ?? 0) > limits.extensions) malformed('extensions', list?.length);
  return (list ?? []).map(({ type, value }) => ({ type: type ?? 0, value: Uint8Array.from(value ?? []) }));
}

function bytes(path: string, value: Uint8Array | null | undefined, length: number): Uint8Array {
  if (value?.length !== length) malformed(path, value?.length ?? 0);
  return Uint8Array.from(value);
}

function guarded<T>(name: string, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw new ProtoError('MALFORMED_MESSAGE', name, { cause });
  }
}

function malformed(path: string, got: number | undefined): never {
  throw new ProtoError('MALFORMED_MESSAGE', `${path} (got ${got})`);
}
