import { describe, expect, it } from "vitest";
import { describeChoice, describePlan } from "../../../src/plan/describe-plan.ts";
import { environmentNames } from "../../../src/profile/choose-environment.ts";
import { builtInProfiles } from "../../../src/profile/read-profile.ts";
import { runRequest } from "../../support/parse-command.ts";

const url = "ws://h/";
const line = async (...args: string[]) => describePlan((await runRequest([url, ...args], { cores: 3 })).plan);

describe("the line before the run", () => {
  it.each([
    [
      ["-c", "100", "-r", "10k", "-d", "30s"],
      "offered 10,000 msg/s = 100 connections x 100 msg/s over 2 workers, 30 s",
    ],
    [["-c", "3", "-r", "1000"], "offered 1,000 msg/s = 3 connections x 333 msg/s over 2 workers, 10 s"],
    [
      ["-c", "1", "-r", "0.5", "--warmup", "5s"],
      "offered 0.5 msg/s = 1 connection x 0.5 msg/s over 1 worker, 10 s after 5 s warm-up",
    ],
    [["-n", "5000"], "offered 1,000 msg/s = 10 connections x 100 msg/s over 2 workers, at most 5,000 messages, 5 s"],
    [
      ["--burst", "500@1s", "-d", "1m"],
      "offered 500 messages at once every 1 s over 10 connections and 2 workers, 1 m",
    ],
    [["-r", "max", "--in-flight", "16"], "as fast as answers come: 10 connections x 16 in flight over 2 workers, 10 s"],
    [["--mode", "push"], "listening to 10 streams over 2 workers, 10 s"],
    [
      ["--mode", "push", "-c", "12", "--stream-rate", "8k", "--warmup", "5s"],
      "promised 96,000 msg/s = 12 streams x 8,000 msg/s over 2 workers, 10 s after 5 s warm-up",
    ],
    [["-r", "max", "--mode", "oneway"], "as fast as the target reads: 10 connections over 2 workers, 10 s"],
    [["--stage", "10s:0..1000"], "offered 0 to 1,000 msg/s over 10 connections and 2 workers, 10 s"],
    [
      ["--stage", "10s:100..1000", "--stage", "20s:500"],
      "offered 2 stages: 100 to 1,000 msg/s, 10 connections over 2 workers, 30 s",
    ],
    [
      ["--stage", "10s:100", "--stage", "20s:max"],
      "offered 2 stages: 100 msg/s and as fast as answers come, 10 connections over 2 workers, 30 s",
    ],
    [
      ["--mode", "connect", "-c", "5k", "--connect-rate", "200"],
      "connecting 5,000 connections at 200 conn/s over 2 workers, no messages, 10 s",
    ],
    [
      [
        ...["--mode", "broadcast", "-c", "100", "--rooms", "10", "--publishers", "20%", "-r", "100", "-d", "30s"],
        ...["--first-message", "join {{room}}"],
      ],
      "offered 100 msg/s = 20 publishers x 5 msg/s to 10 rooms of 10 over 2 workers, 30 s",
    ],
    [
      ["--mode", "broadcast", "-c", "5k", "--stage", "10s:0..10"],
      "offered 0 to 10 msg/s over 1 publisher to 5,000 connections and 2 workers, 10 s",
    ],
  ])("of %j", async (args, expected) => {
    expect(await line(...args)).toBe(expected);
  });

  it("is one line of ASCII, at most 100 columns, for every built-in profile anywhere", async () => {
    for (const name of builtInProfiles()) {
      for (const environment of environmentNames) {
        const { plan } = await runRequest([name, "--env", environment]);
        for (const text of [describePlan(plan), describeChoice(plan)]) expect(text).toMatch(/^[ -~]{20,100}$/);
      }
    }
  });

  it("says where the settings come from", async () => {
    const { plan } = await runRequest(["ci", "--seed", "42", "--arrival", "poisson"], { env: { CI: "true" } });
    expect(describeChoice(plan)).toBe("profile ci, environment ci (CI=true), seed 42, poisson arrivals");
  });
});
