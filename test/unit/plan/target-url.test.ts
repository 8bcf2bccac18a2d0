import { describe, expect, it } from "vitest";
import { readTargetUrl } from "../../../src/plan/target-url.ts";

describe("target URLs", () => {
  it.each([
    "ws://h",
    "ws://h/",
    "wss://h:8443/a?b=c",
    "ws://[::1]:8080/",
    "ws://127.0.0.1:65535/x",
    "WS://h/%23",
    "ws://h:/",
  ])("takes %s as it is written", (url) => {
    expect(readTargetUrl(url)).toEqual({ kind: "value", value: { url, basicAuthorization: null } });
  });

  it("turns user and password into a header and leaves them out of the URL", () => {
    const reading = readTargetUrl("ws://joe:p%40ss@h:1/x?y=1");
    expect(reading).toEqual({
      kind: "value",
      value: { url: "ws://h:1/x?y=1", basicAuthorization: `Basic ${btoa("joe:p@ss")}` },
    });
  });

  it.each([
    ["", "is not a URL"],
    ["ws://a b/", "is not a URL"],
    ["localhost:8080", "has no scheme"],
    ["//h/x", "has no scheme"],
    ["ws:/h", "has no scheme"],
    ["http://h/", "is not a WebSocket URL"],
    ["ftp://h/", 'has the scheme "ftp"'],
    ["ws://", "names no host"],
    ["ws:///x", "names no host"],
    ["ws://:80/", "names no host"],
    ["ws://u:p@/", "names no host"],
    ["ws://h:0/", 'has the port "0"'],
    ["ws://h:99999/", 'has the port "99999"'],
    ["ws://h:http/", 'has the port "http"'],
    ["ws://h/#", "has a fragment"],
    ["ws://[::1/", "is not a URL"],
    ["ws://h%/", "is not a URL"],
  ])("refuses %j: %s", (text, problem) => {
    expect(readTargetUrl(text)).toMatchObject({ kind: "problem", problem });
  });

  it("does not stumble over a broken percent sign in a password", () => {
    expect(readTargetUrl("ws://joe:50%@h/").kind).toBe("value");
  });
});
