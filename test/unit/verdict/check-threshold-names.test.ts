import { describe, expect, it } from "vitest";
import { FloodgateError } from "../../../src/errors/floodgate-error.ts";
import { checkThresholdNames } from "../../../src/verdict/check-threshold-names.ts";
import { parseThreshold } from "../../../src/verdict/threshold.ts";

const check = (...texts: string[]) =>
  checkThresholdNames(
    texts.map((text) => parseThreshold(text, "profiles/a.yaml:7")),
    ["ramp", "peak"],
  );

describe("checkThresholdNames", () => {
  it("takes thresholds on the whole run and on phases of the run", () => {
    expect(() => check("latency.p99<1s", "latency{phase=peak}.p99<1s", "delivery.lost==0 warn")).not.toThrow();
  });

  it.each([
    [
      "latency{phase=peek}.p99<1s",
      '"peek" is no phase of this run',
      "did you mean peak? phases of this run: ramp, peak",
    ],
    ["delivery{priority=critical}.ratio==1", "messages have no classes in this version", "{phase=<name>}"],
  ])("refuses %s before anything is sent", (text, message, hint) => {
    let fault: unknown;
    try {
      check("latency.p99<1s", text);
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(FloodgateError);
    expect(fault).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(`threshold "${text}" (profiles/a.yaml:7)`) as string,
      hint: expect.stringContaining(hint) as string,
    });
    expect((fault as Error).message).toContain(message);
  });
});
