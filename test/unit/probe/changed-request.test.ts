import { describe, expect, it } from "vitest";
import type { ConnectPlan } from "../../../src/plan/plan.ts";
import { changedRequest, hasCredentials, type HandshakeChange } from "../../../src/probe/changed-request.ts";

const connect: ConnectPlan = {
  url: "ws://user:word@127.0.0.1:8080/chat?token=abc&room=1",
  ratePerSecond: null,
  timeoutMs: 1000,
  localAddresses: [],
  headers: [
    ["Authorization", "Bearer secret"],
    ["X-Trace", "7"],
  ],
  subprotocols: ["chat.v1"],
  compress: false,
  tls: { insecure: false, caPem: null, certPem: null, keyPem: null },
  firstMessages: [],
  ready: null,
  reconnect: null,
  disturb: { churnPerSecond: 0, dropAllAtMs: null },
};

function linesOf(change: HandshakeChange): readonly string[] {
  const { key, head } = changedRequest(connect, change);
  expect(head.endsWith("\r\n\r\n")).toBe(true);
  return head.trimEnd().replace(key, "KEY").split("\r\n");
}

const good = linesOf("none");

/** What a change takes away and what it puts in place. */
function difference(change: HandshakeChange): { readonly gone: readonly string[]; readonly come: readonly string[] } {
  const lines = linesOf(change);
  return { gone: good.filter((line) => !lines.includes(line)), come: lines.filter((line) => !good.includes(line)) };
}

describe("a changed upgrade request", () => {
  it("is a good one without a change", () => {
    expect(good[0]).toBe("GET /chat?token=abc&room=1 HTTP/1.1");
    expect(good).toContain("Sec-WebSocket-Key: KEY");
    expect(good).toContain("Authorization: Bearer secret");
  });

  it.each<[HandshakeChange, readonly string[], readonly string[]]>([
    ["wrong-version", ["Sec-WebSocket-Version: 13"], ["Sec-WebSocket-Version: 12"]],
    ["no-key", ["Sec-WebSocket-Key: KEY"], []],
    ["short-key", ["Sec-WebSocket-Key: KEY"], ["Sec-WebSocket-Key: Zm91cg=="]],
    ["wrong-method", [good[0]!], ["POST /chat?token=abc&room=1 HTTP/1.1", "Content-Length: 0"]],
    ["wrong-path", [good[0]!], ["GET /floodgate-probe/there-is-no-such-path?token=abc&room=1 HTTP/1.1"]],
    ["no-credentials", [good[0]!, "Authorization: Bearer secret"], ["GET /chat?room=1 HTTP/1.1"]],
    [
      "wrong-credentials",
      [good[0]!, "Authorization: Bearer secret"],
      ["GET /chat?token=abx&room=1 HTTP/1.1", "Authorization: Bearer secrex"],
    ],
  ])("%s changes that and nothing else", (change, gone, come) => {
    expect(difference(change)).toEqual({ gone, come });
  });

  it("is an ordinary one without any word of WebSocket", () => {
    expect(linesOf("no-upgrade").filter((line) => /websocket|upgrade/i.test(line))).toEqual([]);
  });

  it("leaves out name and password of the URL", () => {
    const inUrl = { ...connect, url: "ws://user:word@127.0.0.1/", headers: [] };
    expect(changedRequest(inUrl, "none").head).toContain("Authorization: Basic");
    expect(changedRequest(inUrl, "no-credentials").head).not.toContain("Authorization");
    const wrong = changedRequest(inUrl, "wrong-credentials").head;
    expect(wrong).toContain(`Basic ${Buffer.from("user:worx").toString("base64")}`);
  });

  it.each([
    ["ws://127.0.0.1/", [], false],
    ["ws://127.0.0.1/?room=1", [["X-Trace", "7"]], false],
    ["ws://user@127.0.0.1/", [], true],
    ["ws://127.0.0.1/?access_token=1", [], true],
    ["ws://127.0.0.1/", [["X-Api-Key", "7"]], true],
    ["ws://127.0.0.1/", [["cookie", "session=7"]], true],
  ] as const)("knows whether %s with headers %j says who asks", (url, headers, expected) => {
    expect(hasCredentials({ url, headers })).toBe(expected);
  });
});
