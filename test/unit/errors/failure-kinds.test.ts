import { expect, it } from "vitest";
import { failureKinds, isFailureKind } from "../../../src/errors/failure-kinds.ts";
import { classifyFailure } from "../../../src/transport/failure-classifier.ts";
import { protocolFaultCloseCodes } from "../../../src/wire/protocol-fault.ts";

/** Codes of errors as Node and ws give them, at least one for each branch of the classification. */
const errorCodes = [
  ...["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "EHOSTUNREACH", "EACCES", "EPERM", "ECONNRESET", "EPIPE"],
  ...[
    "EMFILE",
    "ENFILE",
    "EADDRNOTAVAIL",
    "EADDRINUSE",
    "ENOBUFS",
    "ENOMEM",
    "CERT_HAS_EXPIRED",
    "EPROTO",
    "HPE_HEADER_OVERFLOW",
  ],
  ...["HPE_INVALID_CONSTANT", "Z_DATA_ERROR", "WS_ERR_EXPECTED_FIN", "WS_ERR_EXPECTED_MASK", "WS_ERR_UNEXPECTED_MASK"],
  ...["WS_ERR_UNEXPECTED_RSV_1", "WS_ERR_INVALID_CLOSE_CODE", "WS_ERR_INVALID_UTF8", "WS_ERR_INVALID_OPCODE"],
  ...["WS_ERR_UNSUPPORTED_MESSAGE_LENGTH", "WS_ERR_TOO_MANY_BUFFERED_PARTS", "WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH"],
  ...["WS_ERR_SOMETHING_NEW", "EWHATEVER", undefined],
];
const messages = [
  "something",
  "bind EADDRNOTAVAIL 10.0.0.9",
  "Unexpected server response: 503",
  "Opening handshake has timed out",
  "Invalid Sec-WebSocket-Accept header",
  "Invalid Upgrade header",
  "Server sent no subprotocol",
  "socket hang up",
  "Invalid WebSocket frame: invalid opcode 0",
  "Invalid WebSocket frame: invalid opcode 2",
  "Invalid WebSocket frame: invalid payload length 1",
];

it("holds every kind that a failed connection can be classified as", () => {
  for (const opened of [true, false]) {
    for (const code of errorCodes) {
      for (const message of messages) {
        const { phase, kind } = classifyFailure({ error: { code, message }, closeCode: 1006, opened });
        expect(isFailureKind(phase, kind), `${phase}/${kind}`).toBe(true);
      }
    }
  }
});

it("holds the kind of every close code, and names no close that is not counted", () => {
  const seen = new Set<string>();
  for (let closeCode = 0; closeCode <= 5000; closeCode++) {
    const { phase, kind } = classifyFailure({ error: null, closeCode, opened: true });
    expect(isFailureKind(phase, kind), `${phase}/${kind}`).toBe(true);
    seen.add(kind);
  }
  expect([...seen].sort()).toEqual([...failureKinds.close].sort());
});

it("holds every fault of the protocol", () => {
  for (const kind of Object.keys(protocolFaultCloseCodes)) expect(isFailureKind("protocol", kind), kind).toBe(true);
});

it("takes any HTTP status, and nothing like one", () => {
  expect(["status.503", "status.301"].every((kind) => isFailureKind("handshake", kind))).toBe(true);
  expect(["status", "status.", "status.5xx", "503"].some((kind) => isFailureKind("handshake", kind))).toBe(false);
  expect(isFailureKind("connect", "status.503")).toBe(false);
});
