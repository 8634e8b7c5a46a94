// Every limit of quietwire/1 (SPEC 15), each with the attack or accident that it stops. Limits that an operator sets
// (streams, opens per second, bytes held) belong to the tunnel.

export const limits = {
  /** Bytes. A frame below it has no room for a sealed PeriodStart and Demand; stops floods of tiny frames. */
  frameMin: 64,
  /** Bytes. One frame fits one TLS record (16,384) with all overhead; bounds what a partial frame can hold in memory. */
  frameMax: 16_000,
  /** Bytes of every frame in STP that only CONTROL fields may take: a sealed PeriodStart and Demand with their header fit. */
  controlRoom: 48,
  /** Bytes of every frame before the fleet is known: its size then tells nothing about the fleet. */
  bootstrapFrame: 512,
  /** Bytes. A DNS label; bounds what an OPEN makes the receiver keep and log. */
  serviceName: 63,
  /** Bytes. Bounds file names and log lines made from a peer's words. */
  fleetName: 63,
  /** Bytes. Bounds PROXY headers and log lines made from a peer's words. */
  deviceId: 128,
  /** Bytes of each nonce: no two sessions share a transcript. */
  nonce: 32,
  /** Bytes of each proof and each binding. */
  mac: 32,
  /** Bytes of a key identifier. */
  keyId: 8,
  /** Bytes of a group key, least: below it the key can be guessed. */
  groupKeyMin: 16,
  /** Bytes of a group key, most: the block of HMAC-SHA256. */
  groupKeyMax: 64,
  /** AEADs offered in one HELLO, most: bounds the search. */
  aeads: 8,
  /** Extensions in one HELLO or CHALLENGE, most: bounds the search. */
  extensions: 16,
  /** Bytes of the text in REFUSE, most: it ends in the other end's log. */
  refuseText: 128,
  /** Bytes of the AEAD's tag. */
  sealTag: 16,
  /** Messages sealed under one key, most: a counter never wraps, and GCM stays far from its bounds. */
  sealedMessages: 2 ** 32,
  /** Bytes of a control message made of fragments, most: bounds memory that a peer can claim. */
  controlMessage: 16_384,
  /** Points of an empirical or spline distribution, most: bounds work per drawn slot. */
  distributionPoints: 32,
  /** ms. A process cannot keep shorter slot distances, and lateness would show. */
  slotIntervalMin: 20,
  /** ms. Bounds the time until a dead peer is noticed. */
  slotIntervalMax: 60_000,
  /** ms. Bounds the time that a period can hold the link. */
  periodMax: 3_600_000,
  /** Periods. Bounds the length of a run; a power of two. */
  longestRun: 1024,
  /** Periods by which one end may know more than it ran before the connection is closed. */
  periodsAhead: 8,
  /** Virtual activities per second. Bounds the work that parameters can demand of a device. */
  coverRate: 1000,
  /** Streams per tunnel that parameters can allow, most: the width of a stream identifier. */
  streams: 65_535,
  /** Bytes. Credit that parameters can give, most. */
  window: 2 ** 31 - 1,
  /** The largest absolute offset of a stream or tunnel (48 bits). */
  offset: 2 ** 48 - 1,
} as const;
