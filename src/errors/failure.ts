/** One thing that went wrong with a connection, as plain data that crosses threads and is saved. */
export interface Failure {
  readonly phase: "connect" | "handshake" | "open" | "protocol" | "message" | "close";
  /** Stable word for the kind: `refused`, `status.503`, `invalid-utf8` ... The error's key is `<phase>/<kind>`. */
  readonly kind: string;
  readonly blame: "target" | "network" | "generator" | "config";
  /** The original text of one occurrence, for people. */
  readonly example: string;
}

/** The key under which a failure is counted: `handshake/status.503`. */
export function failureCode(failure: Failure): string {
  return `${failure.phase}/${failure.kind}`;
}
