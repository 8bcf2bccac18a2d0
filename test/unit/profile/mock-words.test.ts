import { describe, expect, it } from "vitest";
import { defaultMockOptions } from "../../../src/mock-server/mock-options.ts";
import { readMockLatency, readMockStall } from "../../../src/profile/mock-words.ts";
import { profileSchema, propertiesOf, type SettingTexts } from "../../../src/profile/profile-schema.ts";
import { readMock } from "../../../src/profile/read-mock.ts";

describe("the words of the mock", () => {
  it.each([
    ["none", { kind: "none" }],
    ["0ms", { kind: "none" }],
    ["5ms", { kind: "fixed", ms: 5 }],
    ["normal(20ms,5ms)", { kind: "normal", meanMs: 20, stdevMs: 5 }],
    [" normal( 0.02s , 5ms ) ", { kind: "normal", meanMs: 20, stdevMs: 5 }],
    ["lognormal(20ms,0.5)", { kind: "lognormal", medianMs: 20, sigma: 0.5 }],
  ])("reads the latency %j", (text, value) => {
    expect(readMockLatency(text)).toEqual({ kind: "value", value });
  });

  it.each([
    "",
    "5",
    "fast",
    "normal(20ms)",
    "normal(20ms,5)",
    "lognormal(20ms,5ms)",
    "lognormal(0ms,1)",
    "pareto(1ms,2)",
  ])("refuses the latency %j", (text) => {
    expect(readMockLatency(text).kind).toBe("problem");
  });

  it.each(["", "2s", "2s@", "@2s", "2s@2s", "0s@2s", "1s@2s@3s"])("refuses the stall %j", (text) => {
    expect(readMockStall(text).kind).toBe("problem");
  });

  it("documents the defaults that hold", () => {
    const nodes = Object.entries(propertiesOf(propertiesOf(profileSchema).mock!));
    const documented = nodes.flatMap(([name, node]) =>
      node.default === undefined ? [] : [[name, node.default as unknown]],
    );
    const texts = Object.fromEntries(documented) as NonNullable<SettingTexts["mock"]>;
    expect(readMock(texts, "", {})).toEqual(defaultMockOptions);
    expect(readMock({}, "", {})).toEqual(defaultMockOptions);
  });
});
