import type { Failure } from "../errors/failure.ts";

/** What can be known of a connection that ended: the socket's or `ws`'s error, the close code, how far it came. */
export interface ConnectionEvents {
  readonly error: { readonly code?: string | undefined; readonly message: string } | null;
  /** Of the peer's close frame; 1005 when it held none, 1006 when there was no close frame. */
  readonly closeCode: number;
  readonly opened: boolean;
}

/** A failure without its example. */
export type FailureClass = Pick<Failure, "phase" | "kind" | "blame">;

const closeNames: Readonly<Record<number, string>> = {
  1000: "normal",
  1001: "going-away",
  1002: "protocol-error",
  1003: "unsupported-data",
  1004: "reserved",
  1005: "no-status",
  1006: "abnormal",
  1007: "invalid-payload",
  1008: "policy-violation",
  1009: "message-too-big",
  1010: "missing-extension",
  1011: "server-error",
  1012: "service-restart",
  1013: "try-again-later",
  1014: "bad-gateway",
  1015: "tls-handshake",
};

/** A close code in one word: RFC 6455 section 7.4 and the IANA registry. */
export function classifyClose(code: number): string {
  const name = closeNames[code];
  if (name !== undefined) return name;
  if (code < 1000 || code > 4999) return "invalid";
  return code >= 4000 ? "private" : code >= 3000 ? "registered" : "reserved";
}

/** Errors of this machine: they say nothing about the target and make the run invalid. */
const generatorKinds: Readonly<Record<string, string>> = {
  EMFILE: "no-descriptors",
  ENFILE: "no-descriptors",
  EADDRNOTAVAIL: "no-local-port",
  EADDRINUSE: "no-local-port",
  ENOBUFS: "no-buffers",
  ENOMEM: "no-buffers",
};

const unreachable = new Set(["ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN"]);
const closedEarly = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED"]);
const tlsCode =
  /^(EPROTO$|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|ERR_TLS_|ERR_SSL_|ERR_OSSL_)/;

const wsProtocolKinds: Readonly<Record<string, string>> = {
  WS_ERR_EXPECTED_FIN: "invalid-control-frame",
  WS_ERR_EXPECTED_MASK: "expected-mask",
  WS_ERR_UNEXPECTED_MASK: "unexpected-mask",
  WS_ERR_UNEXPECTED_RSV_1: "unexpected-rsv",
  WS_ERR_UNEXPECTED_RSV_2_3: "unexpected-rsv",
  WS_ERR_INVALID_CLOSE_CODE: "invalid-close-code",
  WS_ERR_INVALID_UTF8: "invalid-utf8",
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: "message-too-big",
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: "message-too-big",
  /** A limit of `ws` alone: above 16384 fragments. */
  WS_ERR_TOO_MANY_BUFFERED_PARTS: "too-many-fragments",
};

/** Messages of `ws` that come without a code; test/unit/transport pins them to the installed version. */
const wsHandshakeMessages: readonly (readonly [RegExp, string])[] = [
  [/^Opening handshake has timed out$/, "timeout"],
  [/^Invalid Sec-WebSocket-Accept header$/, "invalid-accept"],
  [/^Invalid Upgrade header$/, "invalid-upgrade"],
  [/^(Server sent |Server indicated |Invalid Sec-WebSocket-Extensions header)/, "negotiation"],
  [/^socket hang up$/, "closed"],
];

/** Phase, kind and blame of one failed connection, whatever events it gave. One connection is one failure. */
export function classifyFailure(seen: ConnectionEvents): FailureClass {
  const { error, opened, closeCode } = seen;
  if (error !== null) {
    const ofGenerator = generatorKind(error.code ?? "", error.message, opened);
    if (ofGenerator !== undefined) {
      return { phase: opened ? "open" : "connect", kind: ofGenerator, blame: "generator" };
    }
    const kind = protocolKind(error.code ?? "", error.message);
    if (kind !== undefined) {
      return { phase: "protocol", kind, blame: kind === "message-too-big" ? "config" : "target" };
    }
    if (!opened) return classifyOpening(error.code ?? "", error.message);
  }
  return opened
    ? classifyOpenEnd(error?.code ?? "", closeCode)
    : { phase: "handshake", kind: "closed", blame: "target" };
}

/** Before it connects, a socket is bound to the local address that was asked for. */
function generatorKind(code: string, message: string, opened: boolean): string | undefined {
  if (!opened && message.startsWith("bind ") && code !== "EADDRINUSE") return "no-local-address";
  return generatorKinds[code];
}

function classifyOpenEnd(errorCode: string, closeCode: number): FailureClass {
  const isExpectedCode = closeCode === 1000 || closeCode === 1001;
  const kind = isExpectedCode ? "unexpected-normal" : classifyClose(closeCode);
  return { phase: "close", kind, blame: unreachable.has(errorCode) ? "network" : "target" };
}

function classifyOpening(code: string, message: string): FailureClass {
  if (code === "ECONNREFUSED") return { phase: "connect", kind: "refused", blame: "target" };
  if (code === "ENOTFOUND" || code.startsWith("EAI_")) return { phase: "connect", kind: "dns", blame: "config" };
  if (unreachable.has(code)) return { phase: "connect", kind: "timeout", blame: "network" };
  if (code === "EACCES" || code === "EPERM") return { phase: "connect", kind: "not-permitted", blame: "config" };
  if (tlsCode.test(code)) return { phase: "connect", kind: "tls", blame: "config" };
  const kind = handshakeKind(code, message);
  return kind === undefined
    ? { phase: "connect", kind: "failed", blame: "target" }
    : { phase: "handshake", kind, blame: "target" };
}

function handshakeKind(code: string, message: string): string | undefined {
  if (closedEarly.has(code)) return "closed";
  if (code === "HPE_HEADER_OVERFLOW") return "head-too-big";
  if (code.startsWith("HPE_")) return "not-http";
  const status = /^Unexpected server response: (\d+)$/.exec(message);
  if (status !== null) return `status.${status[1] ?? ""}`;
  return wsHandshakeMessages.find(([pattern]) => pattern.test(message))?.[1];
}

function protocolKind(code: string, message: string): string | undefined {
  if (code === "Z_DATA_ERROR" || code === "Z_BUF_ERROR") return "invalid-compression";
  if (!code.startsWith("WS_ERR_")) return undefined;
  if (code === "WS_ERR_INVALID_OPCODE") {
    const opcode = Number(/invalid opcode (\d+)/.exec(message)?.[1] ?? 15);
    return opcode === 0 ? "unexpected-continuation" : opcode <= 2 ? "expected-continuation" : "invalid-opcode";
  }
  if (code === "WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH") {
    return message.endsWith(" length 1") ? "invalid-close-payload" : "invalid-control-frame";
  }
  return wsProtocolKinds[code] ?? "invalid-frame";
}
