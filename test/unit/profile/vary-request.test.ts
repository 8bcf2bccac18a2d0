import { describe, expect, it } from "vitest";
import { varyRequest } from "../../../src/profile/vary-request.ts";
import { fakeHost } from "../../support/fake-host.ts";
import { runRequest } from "../../support/parse-command.ts";

const url = "ws://127.0.0.1:8080/";

describe("varyRequest", () => {
  it("changes what it is told and nothing else, in the plan and in the settings that are saved", async () => {
    const { host } = fakeHost();
    const request = await runRequest([url, "-r", "100", "-c", "4", "-d", "5s", "--warmup", "1s", "--seed", "7"]);
    // The random numbers of a fake host begin anew with it, those of a machine do not.
    host.randomSeed();
    const varied = varyRequest(request, { ratePerSecond: 333.5, connections: 9, durationMs: 1500 }, host);
    expect(varied.plan.segments).toEqual([
      {
        connections: 9,
        phases: [
          expect.objectContaining({ name: "warmup", durationMs: 1000 }),
          expect.objectContaining({
            name: "main",
            durationMs: 1500,
            load: { kind: "constant", arrival: "constant", ratePerSecond: 333.5 },
          }),
        ],
      },
    ]);
    expect(varied.settings).toMatchObject({ rate: "333.5", connections: "9", duration: "1500ms", warmup: "1s" });
    expect(varied.plan.seed).toBe(7);
    expect(varied.plan.runId).not.toBe(request.plan.runId);
    expect(varied.target).toEqual(request.target);
  });

  it("keeps the stages of a profile when only seed and target change", async () => {
    const { host } = fakeHost();
    const request = await runRequest(["peak"]);
    const varied = varyRequest(request, { seed: 42, url }, host);
    expect(varied.plan.segments).toEqual(request.plan.segments);
    expect(varied.plan.seed).toBe(42);
    expect(varied.target).toEqual({ kind: "url", url, memory: null });
  });

  it("no longer reads the memory of a target that is not the one of this run", async () => {
    const { host } = fakeHost();
    const request = await runRequest([url, "--target-pid", "1"]);
    const varied = varyRequest(request, { url: "ws://127.0.0.1:9090/" }, host);
    expect(varied.target).toEqual({ kind: "url", url: "ws://127.0.0.1:9090/", memory: null });
  });

  it("takes the changes of a varied request along", async () => {
    const { host } = fakeHost();
    const first = varyRequest(await runRequest([url]), { ratePerSecond: 50, tags: { side: "a" } }, host);
    const second = varyRequest(first, { connections: 3, tags: { run: "2" } }, host);
    expect(second.settings).toMatchObject({ rate: "50", connections: "3" });
    expect(second.plan.tags).toEqual({ side: "a", run: "2" });
  });

  it("refuses what no run could do, as a flag would be", async () => {
    const { host } = fakeHost();
    const request = await runRequest([url]);
    expect(() => varyRequest(request, { url: "http://127.0.0.1/" }, host)).toThrow(/127\.0\.0\.1/);
  });
});
