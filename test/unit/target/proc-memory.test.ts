import { describe, expect, it } from "vitest";
import { parseProcStatus, parseSmapsRollup } from "../../../src/target/proc-memory.ts";
import { expectVector, methodVector } from "../../support/method-vectors.ts";

describe("parseProcStatus and parseSmapsRollup", () => {
  it("read the sizes of /proc as KiB", () => {
    const { status, smapsRollup } = methodVector("memory.proc.parse").input as { status: string; smapsRollup: string };
    expectVector("memory.proc.parse", { ...parseProcStatus(status), ...parseSmapsRollup(smapsRollup) });
  });

  it("give null for what is not there: a kernel thread or a zombie has no resident size", () => {
    expect(parseProcStatus("Name:\tkthreadd\nState:\tZ (zombie)\nThreads:\t1\n")).toEqual({
      rssBytes: null,
      hwmBytes: null,
      threads: 1,
    });
    expect(parseSmapsRollup("")).toEqual({ pssBytes: null, swapPssBytes: null });
  });
});
