import { describe, expect, it } from "vitest";
import { openFilesOf, portsOf } from "../../../src/host/machine-limits.ts";

const limits = (soft: string) => `Limit                     Soft Limit           Hard Limit           Units
Max processes             unlimited            unlimited            processes
Max open files            ${soft.padEnd(20)} 1048576              files
Max locked memory         8388608              8388608              bytes
`;

describe("limits of the machine", () => {
  it("takes the soft limit of open files, which is the one that holds", () => {
    expect(openFilesOf(limits("20000"))).toBe(20_000);
  });

  it.each([limits("unlimited"), ""])("knows none where there is none to read", (text) => {
    expect(openFilesOf(text)).toBeNull();
  });

  it("counts both ends of the range of ports", () => {
    expect(portsOf("32768\t60999\n")).toBe(28_232);
    expect(portsOf("")).toBeNull();
  });
});
