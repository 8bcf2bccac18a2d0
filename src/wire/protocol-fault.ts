/**
 * Everything a peer can do wrong after the handshake, with the close code that answers it
 * (RFC 6455 sections 5 and 7.4.1). The names are stable: they are counted and saved as `protocol/<kind>`.
 */
export const protocolFaultCloseCodes = {
  "invalid-opcode": 1002,
  "unexpected-rsv": 1002,
  /** A server masked its frame. */
  "unexpected-mask": 1002,
  /** A client did not mask its frame. */
  "expected-mask": 1002,
  /** A length not in its shortest form, or with the top bit of 64 set. */
  "invalid-length": 1002,
  /** A control frame in fragments, or longer than 125 bytes. */
  "invalid-control-frame": 1002,
  /** A continuation with nothing to continue. */
  "unexpected-continuation": 1002,
  /** A new message inside an unfinished one. */
  "expected-continuation": 1002,
  "invalid-close-code": 1002,
  /** A close frame with half a code. */
  "invalid-close-payload": 1002,
  "invalid-utf8": 1007,
  /** Larger than the limit of this side. */
  "message-too-big": 1009,
  /** A compressed message that cannot be inflated. */
  "invalid-compression": 1007,
} as const;

export type ProtocolFaultKind = keyof typeof protocolFaultCloseCodes;

export interface ProtocolFault {
  readonly kind: ProtocolFaultKind;
  /** What to send back. */
  readonly closeCode: number;
  /** What was seen, for people. */
  readonly example: string;
}

/** A fault with the close code of its kind. */
export function protocolFault(kind: ProtocolFaultKind, example: string): ProtocolFault {
  return { kind, closeCode: protocolFaultCloseCodes[kind], example };
}

/**
 * Whether a close code may stand in a close frame: 1000-1003 and 1007-1014 (RFC 6455 section 7.4.1 and the IANA
 * registry), 3000-4999 (section 7.4.2).
 */
export function mayTravelAsCloseCode(code: number): boolean {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}
