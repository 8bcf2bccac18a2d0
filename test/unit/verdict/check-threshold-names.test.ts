import { describe, expect, it } from "vitest";
import { FloodgateError } from "../../../src/errors/floodgate-error.ts";
import { checkThresholdNames } from "../../../src/verdict/check-threshold-names.ts";
import { parseThreshold } from "../../../src/verdict/threshold.ts";

const check = (...texts: string[]) =>
  checkThresholdNames(
    texts.map((text) => parseThreshold(text, "profiles/a.yaml:7")),
    {
      phases: ["ramp", "peak"],
      classes: [
        { kind: "priority", name: "critical" },
        { kind: "reader", name: "fast" },
        { kind: "priority+reader", name: "critical+fast" },
      ],
    },
  );

describe("checkThresholdNames", () => {
  it("takes thresholds on the whole run and on phases of the run", () => {
    expect(() => check("latency.p99<1s", "latency{phase=peak}.p99<1s", "delivery.lost==0 warn")).not.toThrow();
  });

  it("takes classes of messages by one pair or by several, in any order", () => {
    const both = "latency{reader=fast,priority=critical}.p99<1s";
    expect(() => check("delivery{priority=critical}.ratio==1", "rate{reader=fast}.achieved>=0.9", both)).not.toThrow();
  });

  it("says that there are no classes where there are none", () => {
    const threshold = parseThreshold("delivery{priority=critical}.ratio==1", "--threshold");
    const fault = expect.objectContaining({ hint: expect.stringContaining("have no classes") as string }) as Error;
    expect(() => checkThresholdNames([threshold], { phases: [] })).toThrow(fault);
  });

  it.each([
    [
      "latency{phase=peek}.p99<1s",
      '"peek" is no phase of this run',
      "did you mean peak? phases of this run: ramp, peak",
    ],
    [
      "delivery{priority=urgent}.ratio==1",
      '"priority=urgent" names no class of messages of this run',
      "{priority=critical} {reader=fast} {priority=critical,reader=fast}",
    ],
    ["latency{phase=peak,reader=fast}.p99<1s", '"reader=fast" is counted over the whole run', "leave out phase=peak"],
    ["connect{reader=fast}.p99<1s", '"reader=fast" has latency, delivery and rate', "leave out {reader=fast}"],
    ["latency{reader=fast}.p99<1s over 2s", '"reader=fast" has latency, delivery and rate', "leave out {reader=fast}"],
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
