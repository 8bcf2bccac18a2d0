import { describe, expect, it } from "vitest";
import { FloodgateError } from "../../../src/errors/floodgate-error.ts";
import {
  acceptKey,
  checkAcceptance,
  refusedUpgrade,
  upgradeKey,
  upgradeRequest,
  type UpgradeWish,
} from "../../../src/wire/handshake.ts";
import { ResponseHeadReader, type ResponseHead } from "../../../src/wire/response-head.ts";
import { upgradeResponse } from "../../support/upgrade-response.ts";

const key = "dGhlIHNhbXBsZSBub25jZQ==";

function requestLines(url: string, wish: Partial<UpgradeWish> = {}): string[] {
  return upgradeRequest({ headers: [], subprotocols: [], ...wish, url: new URL(url) })(key).split("\r\n");
}

function headOf(text: string): ResponseHead {
  const bytes = Buffer.from(text, "latin1");
  const reading = new ResponseHeadReader().read(bytes, 0, bytes.length);
  if (reading.kind !== "head") throw new Error(`not a head: ${reading.kind}`);
  return reading.head;
}

describe("acceptKey", () => {
  it("is that of the example in RFC 6455", () => {
    expect(acceptKey(key)).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  });
});

describe("upgradeKey", () => {
  it("is 16 random bytes", () => {
    expect(Buffer.from(upgradeKey(), "base64")).toHaveLength(16);
    expect(upgradeKey()).not.toBe(upgradeKey());
  });
});

describe("upgradeRequest", () => {
  it("is a whole HTTP request", () => {
    const lines = requestLines("ws://host:81/a%20b?c=d#e", { subprotocols: ["x", "y"] });
    expect(lines).toEqual([
      "GET /a%20b?c=d HTTP/1.1",
      "Host: host:81",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Protocol: x, y",
      `Sec-WebSocket-Key: ${key}`,
      "",
      "",
    ]);
  });

  it("names an IPv6 host in brackets and leaves the default port out", () => {
    expect(requestLines("ws://[::1]:8080/")[1]).toBe("Host: [::1]:8080");
    expect(requestLines("wss://host:443")[1]).toBe("Host: host");
    expect(requestLines("wss://host")[0]).toBe("GET / HTTP/1.1");
  });

  it("turns name and password of the URL into basic authorization", () => {
    const expected = `Authorization: Basic ${Buffer.from("me:p@:\u00fc").toString("base64")}`;
    expect(requestLines("ws://me:p%40%3A%C3%BC@host/")).toContain(expected);
    expect(requestLines("ws://100%25%zz@host/")).toContain(
      `Authorization: Basic ${Buffer.from("100%%zz:").toString("base64")}`,
    );
    expect(requestLines("ws://me@host/")).toContain(`Authorization: Basic ${Buffer.from("me:").toString("base64")}`);
  });

  it("prefers headers that were given, in their order", () => {
    const headers = [["authorization", "Bearer t"], ["host", "other"], ["A", "1"], ["A", "2"]] as const; // prettier-ignore
    const lines = requestLines("ws://me:you@host/", { headers });
    expect(lines.slice(1, 5)).toEqual(["authorization: Bearer t", "host: other", "A: 1", "A: 2"]);
    expect(lines.join("\n")).not.toMatch(/Basic|Host: host/);
  });

  it.each([
    [{ headers: [["Bad Name", "x"]] }, '"Bad Name"'],
    [{ headers: [["X", "a\r\nEvil: 1"]] }, '"X"'],
    [{ headers: [["X", "\u20ac"]] }, '"X"'],
    [{ headers: [["upgrade", "h2c"]] }, '"upgrade"'],
    [{ headers: [["Sec-WebSocket-Protocol", "x"]] }, '"Sec-WebSocket-Protocol"'],
    [{ subprotocols: ["a b"] }, '"a b"'],
    [{ subprotocols: ["a", "a"] }, '"a"'],
  ] as [Partial<UpgradeWish>, string][])("refuses %j", (wish, named) => {
    const act = () => requestLines("ws://host/", wish);
    expect(act).toThrow(FloodgateError);
    expect(act).toThrow(named);
  });
});

describe("checkAcceptance", () => {
  it("takes the answer a server of ours gives", () => {
    expect(checkAcceptance(headOf(upgradeResponse(key)), key, [])).toBeUndefined();
    expect(checkAcceptance(headOf(upgradeResponse(key, "b")), key, ["a", "b"])).toBeUndefined();
  });

  it("does not mind case and further connection tokens", () => {
    const text = upgradeResponse(key).replace("websocket", "WebSocket").replace(": Upgrade", ": keep-alive, UPGRADE");
    expect(checkAcceptance(headOf(text), key, [])).toBeUndefined();
  });

  it.each([
    [upgradeResponse(key).replace("Upgrade: websocket\r\n", ""), [], "invalid-upgrade"],
    [upgradeResponse(key).replace("Connection: Upgrade", "Connection: close"), [], "invalid-upgrade"],
    [upgradeResponse("another key"), [], "invalid-accept"],
    [upgradeResponse(key, "a"), [], "negotiation"],
    [upgradeResponse(key, "c"), ["a", "b"], "negotiation"],
    [upgradeResponse(key), ["a"], "negotiation"],
    [upgradeResponse(key, undefined, "permessage-deflate"), [], "negotiation"],
  ])("refuses %j asked for %j", (text, subprotocols, kind) => {
    expect(checkAcceptance(headOf(text), key, subprotocols)?.kind).toBe(kind);
  });
});

describe("refusedUpgrade", () => {
  it("names the status, the reason and the first words of the body", () => {
    const head = headOf("HTTP/1.1 503 Service Unavailable\r\n\r\n");
    expect(refusedUpgrade(head, `full,\r\n\u0007 try later ${"x".repeat(300)}`)).toEqual({
      kind: "status.503",
      blame: "target",
      example: `HTTP 503 Service Unavailable: full, . try later ${"x".repeat(102)}`,
    });
    expect(refusedUpgrade(head, "").example).toBe("HTTP 503 Service Unavailable");
  });

  it("blames a redirect on the address given", () => {
    const head = headOf("HTTP/1.1 301 Moved\r\nLocation: https://new/\r\n\r\n");
    expect(refusedUpgrade(head, "")).toMatchObject({ kind: "redirect", blame: "config" });
    expect(refusedUpgrade(head, "").example).toContain('"https://new/"');
  });
});
