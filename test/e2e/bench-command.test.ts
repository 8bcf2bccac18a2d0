import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

function bench(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, [join(root, "bench/run.mjs"), ...args], {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
}

// What the figures are worth is for people to judge; here only that the command is put together, and says what is wrong.
describe("the benchmarks", () => {
  it("lists every case with what it measures and how long it takes", () => {
    const { status, stdout } = bench(["--list"]);
    expect(status).toBe(0);
    for (const file of readdirSync(join(root, "bench/cases"))) {
      expect(stdout).toMatch(new RegExp(`^${file.replace(/\.js$/, "")} +\\S.* \\d+(\\.\\d+)?$`, "m"));
    }
  });

  it.each([
    [["saturaton"], 'bench: no case "saturaton"; did you mean "saturation"?'],
    [["--mock"], "bench: unknown flag --mock: use "],
    [["--rounds", "many"], "bench: --rounds many: give a number"],
    [["--rounds"], "bench: --rounds needs a number"],
  ])("refuses %j in one line", (args, line) => {
    const { status, stdout, stderr } = bench(args);
    expect(stderr).toContain(line);
    expect(stderr.trimEnd()).not.toContain("\n");
    expect([status, stdout]).toEqual([2, ""]);
  });

  it.each([
    ["/usr/bin/wrk", "/usr/bin/wrk is not known here, only tcpkali and load_test are"],
    ["/nowhere/tcpkali,/nowhere/load_test", "/nowhere/tcpkali is no program that can be run"],
  ])("refuses FLOODGATE_PEERS=%s before anything is measured", (peers, line) => {
    const { status, stdout, stderr } = bench(["saturation"], { FLOODGATE_PEERS: peers });
    expect(stderr).toBe(`bench: FLOODGATE_PEERS: ${line}\n`);
    expect([status, stdout]).toEqual([2, ""]);
  });
});
