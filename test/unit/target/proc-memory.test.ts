import { describe, expect, it } from "vitest";
import { parseProcStat, parseProcStatus, parseSmapsRollup } from "../../../src/target/proc-memory.ts";
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

describe("parseProcStat", () => {
  const stat = (command: string, state: string, threads: number) =>
    `4242 (${command}) ${state} 1 4200 4200 0 -1 4194560 0 0 0 0 3 1 0 0 20 0 ${threads} 0 99 0 0 18446744073709551615\n`;

  it("finds the group behind a command of any letters", () => {
    expect(parseProcStat(stat("node", "S", 11))).toEqual({ processGroup: 4200, isLiving: true });
    expect(parseProcStat(stat("a) Z 1 7 (b", "R", 1))).toEqual({ processGroup: 4200, isLiving: true });
  });

  it("calls a zombie gone only when all of its threads are, since the last one closes its port", () => {
    expect(parseProcStat(stat("node", "Z", 1))?.isLiving).toBe(false);
    expect(parseProcStat(stat("node", "Z", 2))?.isLiving).toBe(true);
  });

  it("gives null for what is no such line: the process has ended meanwhile", () => {
    expect(parseProcStat("")).toBeNull();
  });
});
