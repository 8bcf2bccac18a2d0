import { describe, expect, it } from "vitest";
import { mergeLayers, type SettingLayer } from "../../../src/profile/merge-layers.ts";
import type { SettingTexts } from "../../../src/profile/profile-schema.ts";

const layer = (kind: SettingLayer["kind"], texts: SettingTexts): SettingLayer => ({
  kind,
  texts,
  origin: (path) => `${kind} ${path.join(".")}`,
});

describe("merging layers", () => {
  it("merges blocks key by key and replaces lists", () => {
    const merged = mergeLayers([
      layer("profile", {
        connect: { timeout: "5s", headers: { a: "1" } },
        thresholds: ["x<1", "y<1"],
        mock: { drop: "1%" },
      }),
      layer("environment", { connect: { compress: true, headers: { b: "2" } }, thresholds: ["z<1"] }),
    ]);
    expect(merged.texts).toEqual({
      connect: { timeout: "5s", headers: { a: "1", b: "2" }, compress: true },
      thresholds: ["z<1"],
      mock: { drop: "1%" },
    });
    expect(merged.originOf("connect.timeout")).toBe("profile connect.timeout");
    expect(merged.originOf("connect.compress")).toBe("environment connect.compress");
    expect(merged.layerOf("thresholds")).toBe("environment");
    expect(merged.originOf("rate")).toBe("default");
  });

  it.each<[SettingTexts, SettingTexts, SettingTexts]>([
    [{ rate: 1 }, { burst: { size: 5, every: "1s" } }, { burst: { size: 5, every: "1s" } }],
    [{ stages: [{ duration: "1s", rate: 1 }], scaling: "rate" }, { rate: 5 }, { rate: 5 }],
    [{ rate: 1, duration: "5s" }, { stages: [{ duration: "1s", rate: 1 }] }, { stages: [{ duration: "1s", rate: 1 }] }],
    [{ message: "{{payload}}" }, { messageFile: "x" }, { messageFile: "x" }],
    [{ frame: "binary" }, { binaryShare: "10%" }, { binaryShare: "10%" }],
    [{ binaryShare: "10%" }, { frame: "binary" }, { frame: "binary" }],
    [{ target: "ws://a", spawn: "x" }, { target: "ws://b" }, { target: "ws://b" }],
    [{ targetPid: 5 }, { spawn: "x" }, { spawn: "x" }],
    [{ reconnect: { base: "1s" } }, { reconnect: true }, { reconnect: { base: "1s" } }],
    [{ reconnect: { base: "1s" } }, { reconnect: false }, { reconnect: false }],
  ])("%j under %j is %j", (below, above, expected) => {
    expect(mergeLayers([layer("profile", below), layer("flags", above)]).texts).toEqual(expected);
  });

  it("keeps the scale of a profile for the stages of its environments, and drops it for those of flags", () => {
    const below: SettingTexts = { scaling: "rate", stages: [{ duration: "1s", rate: 1 }] };
    const above: SettingTexts = { stages: [{ duration: "2s", rate: 2 }] };
    expect(mergeLayers([layer("profile", below), layer("environment", above)]).texts.scaling).toBe("rate");
    expect(mergeLayers([layer("profile", below), layer("flags", above)]).texts.scaling).toBeUndefined();
  });

  it("takes for defaults what nobody set, and not a profile that is a file of that name", () => {
    const file: SettingLayer = { kind: "profile", texts: { workers: 3 }, origin: () => "defaults.yaml:1" };
    const merged = mergeLayers([layer("defaults", { size: "64B" }), file]);
    expect(["workers", "size", "seed"].map((path) => merged.isDefault(path))).toEqual([false, true, true]);
    expect(merged.nameOf("workers")).toBe("defaults.yaml:1: workers");
  });

  it("leaves the layers as they were", () => {
    const below: SettingTexts = { connect: { timeout: "1s" } };
    mergeLayers([layer("profile", below), layer("flags", { connect: { timeout: "2s" } })]);
    expect(below).toEqual({ connect: { timeout: "1s" } });
  });
});
