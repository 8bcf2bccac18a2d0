import { describe, expect, it } from "vitest";
import { classifyClose, classifyFailure } from "../../../src/transport/failure-classifier.ts";
import { expectVector, methodVector } from "../../support/method-vectors.ts";

interface VectorEvents {
  readonly error: { readonly code?: string; readonly message: string } | null;
  readonly close: number;
  readonly opened: boolean;
}

function classify(code: string | undefined, message: string, opened: boolean, closeCode = 1006): string {
  const { phase, kind, blame } = classifyFailure({ error: { code, message }, closeCode, opened });
  return `${phase}/${kind} ${blame}`;
}

describe("classifyClose", () => {
  it("names the codes of the registry", () => {
    expectVector("close.classify", (methodVector("close.classify").input as number[]).map(classifyClose));
  });
});

describe("classifyFailure", () => {
  it("gives phase, kind and blame of what ws and Node were seen to report", () => {
    const events = methodVector("error.classify").input as VectorEvents[];
    const classes = events.map(({ error, close, opened }) => {
      const { phase, kind, blame } = classifyFailure({ error, closeCode: close, opened });
      return [phase, kind, blame];
    });
    expectVector("error.classify", classes);
  });

  it.each([1000, 1001])("counts a close with %i that nobody asked for as unexpected", (closeCode) => {
    expect(classifyFailure({ error: null, closeCode, opened: true })).toEqual({
      phase: "close",
      kind: "unexpected-normal",
      blame: "target",
    });
  });

  it.each([
    ["EAI_AGAIN", "getaddrinfo EAI_AGAIN host", "connect/dns config"],
    ["EHOSTUNREACH", "connect EHOSTUNREACH", "connect/timeout network"],
    ["EADDRNOTAVAIL", "connect EADDRNOTAVAIL 127.0.0.1:80", "connect/no-local-port generator"],
    ["EADDRNOTAVAIL", "bind EADDRNOTAVAIL 10.0.0.9", "connect/no-local-address generator"],
    ["EINVAL", "bind EINVAL fe80::1", "connect/no-local-address generator"],
    ["EADDRINUSE", "bind EADDRINUSE 127.0.0.2", "connect/no-local-port generator"],
    ["ENOBUFS", "connect ENOBUFS", "connect/no-buffers generator"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate", "connect/tls config"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match", "connect/tls config"],
    ["HPE_HEADER_OVERFLOW", "Parse Error: Header overflow", "handshake/head-too-big target"],
    [undefined, "Invalid Upgrade header", "handshake/invalid-upgrade target"],
    [undefined, "Server sent no subprotocol", "handshake/negotiation target"],
    ["EWHATEVER", "something new", "connect/failed target"],
  ])("before opening takes %s %j as %s", (code, message, expected) => {
    expect(classify(code, message, false)).toBe(expected);
  });

  it.each([
    ["ECONNRESET", "read ECONNRESET", "close/abnormal target"],
    ["EPIPE", "write EPIPE", "close/abnormal target"],
    ["ETIMEDOUT", "read ETIMEDOUT", "close/abnormal network"],
    ["ENOBUFS", "write ENOBUFS", "open/no-buffers generator"],
    ["WS_ERR_INVALID_OPCODE", "Invalid WebSocket frame: invalid opcode 0", "protocol/unexpected-continuation target"],
    ["WS_ERR_INVALID_OPCODE", "Invalid WebSocket frame: invalid opcode 2", "protocol/expected-continuation target"],
    ["WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH", "x: invalid payload length 1", "protocol/invalid-close-payload target"],
    ["WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH", "x: invalid payload length 126", "protocol/invalid-control-frame target"],
    ["Z_DATA_ERROR", "invalid stored block lengths", "protocol/invalid-compression target"],
    ["WS_ERR_SOMETHING_NEW", "", "protocol/invalid-frame target"],
  ])("after opening takes %s %j as %s", (code, message, expected) => {
    expect(classify(code, message, true)).toBe(expected);
  });
});
