import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { trialRequest, type CapacityRequest } from "../../../src/profile/capacity-request.ts";
import { fakeHost } from "../../support/fake-host.ts";
import { parseCommand } from "../../support/parse-command.ts";

const url = "ws://127.0.0.1:8080/";
const until = ["--until", "latency.p99<50ms"];

async function capacityRequest(...args: readonly string[]): Promise<CapacityRequest> {
  const { called, stderr } = await parseCommand(["capacity", ...args]);
  const [command, request] = called[0] ?? [];
  if (command !== "capacity") throw new Error(stderr);
  return request as CapacityRequest;
}

const trialOf = (request: CapacityRequest, load: number, kind: "search" | "final" = "search") =>
  trialRequest(request, load, kind, fakeHost().host);

describe("floodgate capacity", () => {
  it("starts at 1000 msg/s, with trials of 10 s and final ones of 30 s, when only a condition is given", async () => {
    expect(await capacityRequest(url, ...until)).toMatchObject({
      ...{ until: ["latency.p99<50ms"], over: "rate", start: 1000, ceiling: 1e7, perConnectionPerSecond: null },
      ...{ searchMs: 10_000, finalMs: 30_000, settleMs: 2000, widthRatio: 0.05, lossRatio: 0 },
      run: { plan: { title: "capacity", connect: { url } }, thresholds: [] },
    });
  });

  it("reads what is given", async () => {
    const flags = "--start 5k --max 20k --trial 2s --final 4s --settle 0 --width 0.1 --loss 0.1% -c 7 --warmup 3s";
    const request = await capacityRequest(url, ...until, ...flags.split(" "));
    expect(request).toMatchObject({
      ...{
        start: 5000,
        ceiling: 20_000,
        searchMs: 2000,
        finalMs: 4000,
        settleMs: 0,
        widthRatio: 0.1,
        lossRatio: 0.001,
      },
    });
    const { plan } = trialOf(request, 5000);
    expect(plan.segments).toMatchObject([{ connections: 7, phases: [{ name: "warmup", durationMs: 3000 }, {}] }]);
  });

  it("makes of each load a run of one rate, warmed up at it, as long as the kind of trial says", async () => {
    const request = await capacityRequest(url, ...until, "-c", "3", "--size", "200");
    const { plan, thresholds } = trialOf(request, 1234.5, "final");
    expect(plan.message.sizeBytes).toBe(200);
    const load = { kind: "constant", arrival: "constant", ratePerSecond: 1234.5 };
    expect(plan.segments).toMatchObject([
      {
        connections: 3,
        phases: [
          { name: "warmup", measured: false, durationMs: 1000, load },
          { name: "main", measured: true, durationMs: 30_000, load },
        ],
      },
    ]);
    expect(thresholds).toEqual([]);
  });

  it("raises connections, each with its own rate", async () => {
    const request = await capacityRequest(url, ...until, "--over", "connections", "--per-connection", "5");
    expect(request).toMatchObject({ over: "connections", start: 10, ceiling: 1e6, perConnectionPerSecond: 5 });
    expect(trialOf(request, 40).plan.segments).toMatchObject([
      { connections: 40, phases: [{}, { load: { ratePerSecond: 200 } }] },
    ]);
    for (const mode of ["connect", "push"]) {
      const idle = await capacityRequest(url, "--until", "errors.count==0", "--over", "connections", "--mode", mode);
      expect(idle.perConnectionPerSecond).toBeNull();
      expect(trialOf(idle, 40).plan.segments).toMatchObject([
        { connections: 40, phases: [{}, { load: { kind: "idle" } }] },
      ]);
    }
  });

  it("takes of a profile what to send, but neither its load nor its thresholds nor its warm-up", async () => {
    for (const profile of ["linear-scaling", "connection-scaling", "burst", "sustained"]) {
      const { plan, thresholds } = trialOf(await capacityRequest(profile, ...until), 100);
      expect(plan.segments).toHaveLength(1);
      expect(plan.segments[0]!.phases.map(({ name, durationMs }) => [name, durationMs])).toEqual([
        ["warmup", 1000],
        ["main", 10_000],
      ]);
      expect(plan.scaling).toBeNull();
      expect(thresholds.filter(({ source }) => source.startsWith("--"))).toEqual([]);
    }
  });

  it.each([
    [[], /needs a condition/, /--until/],
    [[...until, "--rate", "100"], /--rate does not fit capacity: the rate is what/, /--start/],
    [[...until, "-r", "100"], /-r does not fit capacity/, /--start/],
    [[...until, "-d", "10s"], /-d does not fit capacity/, /--trial and --final/],
    [[...until, "--stage", "10s:100"], /--stage does not fit/, /--start/],
    [[...until, "--burst", "10@1s"], /--burst does not fit/, /--start/],
    [[...until, "--threshold", "latency.p99<1s"], /--threshold does not fit/, /--until/],
    [[...until, "--strict"], /--strict does not fit/, /leave it out/],
    [[...until, "--nonsense"], /there is no flag "--nonsense"/, /floodgate capacity --help/],
    [[...until, "--strat", "1k"], /there is no flag "--strat"/, /--start/],
    [[...until, "--start", "fast"], /--start "fast" is not a rate/, /1000/],
    [[...until, "--over", "connection"], /--over "connection" is not one of/, /did you mean connections/],
    [[...until, "--over", "connections", "-c", "5"], /--connections does not fit/, /--start/],
    [[...until, "--over", "connections", "--start", "1.5"], /--start "1.5" is not a whole number/, /digits/],
    [[...until, "--per-connection", "5"], /needs --over connections/, /add it/],
    [[...until, "--trial", "40s"], /--trial 40 s is longer than --final 30 s/, /final/],
    [[...until, "--start", "2k", "--max", "1k"], /--start 2000 lies above --max 1000/, /raise --max/],
    [[...until, "--width", "0"], /--width 0 leaves nothing/, /5%/],
    [[...until, "--loss", "1"], /--loss 100%/, /0.1%/],
    [[...until, "--mode", "oneway"], /needs answers/, /echo/],
    [["--until", "errors.count==0", "--mode", "connect"], /no rate to raise/, /--over connections/],
    [
      ["--until", "delivery.lost==0", "--mode", "push"],
      /mode push sends no messages, so there is no rate/,
      /--over connections/,
    ],
    [
      ["--until", "delivery.lost==0", "--mode", "push", "--over", "connections", "--per-connection", "2"],
      /mode push sends no messages/,
      /leave it out/,
    ],
    [
      ["--until", "errors.count==0", "--mode", "connect", "--over", "connections", "--per-connection", "2"],
      /mode connect sends no messages/,
      /leave it out/,
    ],
  ])("%j is bad usage", async (args, message, hint) => {
    const { code, stderr, called } = await parseCommand(["capacity", url, ...args]);
    expect(called).toEqual([]);
    expect(code).toBe(2);
    const [error, mend] = stderr.split("\n");
    expect(error).toMatch(message);
    expect(mend).toMatch(hint);
  });

  it("refuses a profile that ends its load by a number of messages", async () => {
    const cwd = mkdtempSync(join(tmpdir(), "floodgate-"));
    writeFileSync(join(cwd, "capped.yaml"), "description: capped\nrate: 100\nmessages: 50\n");
    const { code, stderr } = await parseCommand(["capacity", "capped.yaml", ...until], { cwd });
    expect(code).toBe(2);
    expect(stderr).toMatch(/caps its messages/);
  });
});
