/** The connection a stream is pushed on. */
export interface PushWire {
  /** False while the peer has not taken what was sent, or too much waits for its time. */
  readonly takesMore: boolean;
  /** True when bytes sent are still here because the system's own buffers are full: the peer does not read. */
  readonly isBlocked: boolean;
  /** Message `sequence`, with the faults planned for it; false when the connection was cut upon it. Its bytes may be used anew. */
  push(payload: Buffer, isText: boolean, sequence: number, nowMs: number): boolean;
  /** The last word of the stream, after everything pushed. */
  pushEnd(payload: Buffer, nowMs: number): void;
  flush(): void;
  /** Gives the peer up: ends the connection. */
  abandon(): void;
}

/** What a connection of mode push brings, whatever becomes of it while its peer does not read. */
export interface ConnectionStream {
  /** Messages that were made and wait for their peer. */
  readonly queued: number;
  /** The connection is open. */
  opened(): void;
  /** The peer said something: a wish to stop, or for the stream. */
  heard(payload: Buffer): void;
  /** The peer reads again. */
  resume(nowMs: number): void;
  /** Nothing more is made; what waits may still leave. */
  stop(): void;
  /** Sends what waits, as far as the peer takes it. */
  sendQueued(nowMs: number): void;
  /** The connection is at its end: nothing more leaves. */
  ended(): void;
}
