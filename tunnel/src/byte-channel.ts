// The byte stream under a tunnel, as the tunnel sees it. tls-channel.ts is the real one; tests join two in memory.

export interface ByteChannel {
  /** Sends one frame as one record, in this turn. Only called while `writePending` is false. */
  write(frame: Uint8Array): void;
  /** Whether bytes of the previous write are still in this process: then the slot is skipped (invariant 2). */
  readonly writePending: boolean;
  /** Bytes that the transport has read so far, all overhead included; undefined where the channel cannot tell. */
  readonly transportBytes?: number | undefined;
  /** Ends the sending direction with the transport's close alert. */
  end(): void;
  /** Drops the connection at once. */
  destroy(error?: Error): void;
  /** Called with what was read; the bytes are valid during the call only. Reading never pauses (invariant 10). */
  onRead: (chunk: Uint8Array) => void;
  /** Called once when the connection is over, with the error if there was one. */
  onClose: (error?: Error) => void;
}
