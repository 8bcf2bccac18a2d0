import { describe, expect, it } from "vitest";
import { StopRequests } from "../../../src/commands/stop-requests.ts";
import type { RunEnd } from "../../../src/engine/collected.ts";
import type { PlanRun } from "../../../src/engine/run-plan.ts";
import { fakeHost } from "../../support/fake-host.ts";

function listening() {
  let press: (signal: "SIGINT" | "SIGTERM") => void = () => undefined;
  const fake = fakeHost({
    onStopSignal: (listener) => {
      press = listener;
      return () => (press = () => undefined);
    },
  });
  const stopping = new StopRequests(fake.host);
  const ends: RunEnd[] = [];
  const run = { stop: (end: RunEnd) => void ends.push(end) } as unknown as PlanRun;
  return { ...fake, stopping, run, ends, press: (signal: "SIGINT" | "SIGTERM") => press(signal) };
}

describe("requests to stop", () => {
  it("stop the run that goes on, and tell that no further one is to be started", () => {
    const { stopping, run, ends, press, stderr } = listening();
    stopping.attach(run, null);
    expect(stopping.isAsked).toBe(false);
    press("SIGINT");
    expect(ends).toEqual([{ kind: "interrupted", signal: "SIGINT" }]);
    expect([stopping.isAsked, stopping.exitCode, stopping.signal.aborted]).toEqual([true, 130, true]);
    expect(stderr()).toContain("waiting for answers");
  });

  it("between two runs stop none, and say what they mean then", () => {
    const { stopping, run, ends, press, stderr } = listening();
    stopping.attach(run, null);
    stopping.detach();
    press("SIGTERM");
    expect(ends).toEqual([]);
    expect([stopping.isAsked, stopping.exitCode]).toEqual([true, 143]);
    expect(stderr()).toContain("no further run is started");
  });

  it("before the first run stop it as soon as it is there", () => {
    const { stopping, run, ends, press, stderr } = listening();
    press("SIGINT");
    expect(stderr()).toContain("nothing is sent");
    stopping.attach(run, null);
    expect(ends).toEqual([{ kind: "interrupted", signal: "SIGINT" }]);
  });

  it("made twice leave at once, with the code of the first", () => {
    const { stopping, press, stderr } = listening();
    press("SIGTERM");
    expect(() => press("SIGINT")).toThrow("left with 143");
    expect(stderr()).toContain("leaving at once");
    expect(stopping.exitCode).toBe(143);
  });

  it("are no longer heard after release", () => {
    const { stopping, press } = listening();
    stopping.release();
    press("SIGINT");
    expect(stopping.isAsked).toBe(false);
  });
});
