import type { Failure } from "./failure.ts";

/**
 * Every kind of failure that is counted, by the phase it is counted under, as `<phase>/<kind>`. Beside these there is
 * `handshake/status.<n>` for an HTTP status other than 101. Thresholds may name these and no others; tests hold the
 * classification of failures to them.
 */
export const failureKinds: Readonly<Record<Failure["phase"], readonly string[]>> = {
  connect: [
    "refused",
    "timeout",
    "dns",
    "tls",
    "not-permitted",
    "failed",
    "no-descriptors",
    "no-local-address",
    "no-local-port",
    "no-buffers",
  ],
  handshake: [
    "closed",
    "timeout",
    "redirect",
    "negotiation",
    "invalid-accept",
    "invalid-upgrade",
    "not-http",
    "head-too-big",
  ],
  open: ["not-ready", "session-unknown", "no-descriptors", "no-local-port", "no-buffers"],
  protocol: [
    "invalid-opcode",
    "unexpected-rsv",
    "unexpected-mask",
    "expected-mask",
    "invalid-length",
    "invalid-control-frame",
    "unexpected-continuation",
    "expected-continuation",
    "invalid-close-code",
    "invalid-close-payload",
    "invalid-utf8",
    "message-too-big",
    "invalid-compression",
    "too-many-fragments",
    "invalid-frame",
  ],
  // What is wrong with single messages is counted as delivery; no failure of a connection is counted here so far.
  message: [],
  close: [
    "abnormal",
    "unexpected-normal",
    "protocol-error",
    "unsupported-data",
    "reserved",
    "no-status",
    "invalid-payload",
    "policy-violation",
    "message-too-big",
    "missing-extension",
    "server-error",
    "service-restart",
    "try-again-later",
    "bad-gateway",
    "tls-handshake",
    "registered",
    "private",
    "invalid",
  ],
};

/** Whether failures of this phase can be of this kind. */
export function isFailureKind(phase: Failure["phase"], kind: string): boolean {
  return failureKinds[phase].includes(kind) || (phase === "handshake" && /^status\.\d{3}$/.test(kind));
}
