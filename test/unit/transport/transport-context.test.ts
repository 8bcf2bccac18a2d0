import { describe, expect, it } from "vitest";
import { FloodgateError } from "../../../src/errors/floodgate-error.ts";
import type { ConnectPlan, TlsPlan } from "../../../src/plan/plan.ts";
import { makeTransportContext } from "../../../src/transport/transport-context.ts";

function contextFor(url: string, tls: Partial<TlsPlan> = {}, change: Partial<ConnectPlan> = {}) {
  const connect: ConnectPlan = {
    url,
    ratePerSecond: null,
    timeoutMs: 1000,
    headers: [],
    localAddresses: [],
    subprotocols: [],
    compress: false,
    tls: { insecure: false, caPem: null, certPem: null, keyPem: null, ...tls },
    firstMessages: [],
    ready: null,
    reconnect: null,
    disturb: { churnPerSecond: 0, dropAllAtMs: null },
    ...change,
  };
  return makeTransportContext(
    { connect, limits: { maxBufferedBytes: 1, maxMessageBytes: 1 }, closeTimeoutMs: 1 },
    () => 0,
  );
}

describe("makeTransportContext", () => {
  it.each([
    ["ws://host/x", "host", 80, false],
    ["wss://host", "host", 443, true],
    ["ws://[::1]:9000/", "::1", 9000, false],
    ["wss://10.0.0.1:8443/", "10.0.0.1", 8443, true],
  ])("finds host and port of %s", (url, host, port, isSecure) => {
    const context = contextFor(url);
    expect([context.host, context.port, context.tls !== undefined]).toEqual([host, port, isSecure]);
  });

  it("names the host to the TLS server only when it is a name", () => {
    expect(contextFor("wss://host/").tls?.servername).toBe("host");
    expect(contextFor("wss://[::1]/").tls?.servername).toBeUndefined();
  });

  it.each(["http://host/", "host:80", "ws://", ""])("refuses %j as no WebSocket URL", (url) => {
    expect(() => contextFor(url)).toThrow(FloodgateError);
    expect(() => contextFor(url)).toThrow(`"${url}"`);
  });

  it("refuses a certificate that is none, and headers that cannot be sent", () => {
    expect(() => contextFor("wss://host/", { certPem: "nonsense" })).toThrow(/certificate or key/);
    expect(() => contextFor("ws://host/", {}, { headers: [["A", "\n"]] })).toThrow(FloodgateError);
  });
});
