import { describe, expect, it } from "vitest";
import { readBurstWords, readStageWords } from "../../../src/plan/load-words.ts";
import { readReady } from "../../../src/plan/ready-pattern.ts";
import { readHeaderLine } from "../../../src/plan/request-header.ts";

describe("words of the load", () => {
  it.each([
    ["30s:1000", { kind: "hold", duration: "30s", rate: "1000" }],
    [" 30s : 10k/s ", { kind: "hold", duration: "30s", rate: "10k/s" }],
    ["5s:max", { kind: "hold", duration: "5s", rate: "max" }],
    ["30s:0..1k", { kind: "ramp", duration: "30s", from: "0", to: "1k" }],
  ])("reads the stage %j", (text, value) => {
    expect(readStageWords(text)).toEqual({ kind: "value", value });
  });

  it.each(["", "30s", "1000", ":1000", "30s:", "0s:5", "30s:1..2..3", "30s:max..5", "30s:1:2", "30:5", "30s:.."])(
    "refuses the stage %j",
    (text) => {
      expect(readStageWords(text).kind).toBe("problem");
    },
  );

  it("reads a burst", () => {
    expect(readBurstWords("1k@250ms")).toEqual({ kind: "value", value: { size: 1000, every: "250ms" } });
  });

  it.each(["", "500", "@1s", "500@", "0@1s", "1.5@1s", "500@0s", "500@1", "5@1s@2s"])(
    "refuses the burst %j",
    (text) => {
      expect(readBurstWords(text).kind).toBe("problem");
    },
  );
});

describe("words of the connection", () => {
  it.each([
    ["welcome", { kind: "text", pattern: "welcome", flags: "" }],
    ["/chat joined", { kind: "text", pattern: "/chat joined", flags: "" }],
    ["/^ok$/", { kind: "regex", pattern: "^ok$", flags: "" }],
    ["/a/b/i", { kind: "regex", pattern: "a/b", flags: "i" }],
  ])("reads --ready %j", (text, value) => {
    expect(readReady(text)).toEqual({ kind: "value", value });
  });

  it.each(["", "/(/", "/a/g", "/a/q"])("refuses --ready %j", (text) => {
    expect(readReady(text).kind).toBe("problem");
  });

  it.each([
    ["X-A: b: c", ["X-A", "b: c"]],
    ["X-A:", ["X-A", ""]],
    ["Host: example.org", ["Host", "example.org"]],
    ["Sec-WebSocket-Foo: 1", ["Sec-WebSocket-Foo", "1"]],
  ])("reads the header %j", (line, value) => {
    expect(readHeaderLine(line)).toEqual({ kind: "value", value });
  });

  it.each([
    "",
    "X-A",
    ": x",
    "X A: b",
    "X: a\r\nY: b",
    "X: \u0000",
    "X: \u2713",
    "Upgrade: h2c",
    "CONNECTION: x",
    "sec-websocket-version: 8",
    "Content-Length: 5",
  ])("refuses the header %j", (line) => {
    expect(readHeaderLine(line).kind).toBe("problem");
  });
});
