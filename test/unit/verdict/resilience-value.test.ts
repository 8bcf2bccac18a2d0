import { describe, expect, it } from "vitest";
import type { ResultResilience } from "../../../src/result/run-result.ts";
import { measuredValue } from "../../../src/verdict/measured-value.ts";
import { parseThreshold } from "../../../src/verdict/threshold.ts";
import { sampleResult, sampleTimes } from "../../support/sample-result.ts";

const resilience: ResultResilience = {
  ...{ outages: 40, onPurpose: 0, returned: 39, returnedRatio: 0.975 },
  recoveryUs: sampleTimes(39, 200_000),
  retry: { attempts: 60, successes: 39, successRatio: 0.65, givenUp: 1 },
  buffer: { limit: 100, buffered: 90, sentLater: 80, overflowed: 7, highWater: 60 },
  herds: [
    { startMs: 1000, connections: 20, allBackMs: 900 },
    { startMs: 9000, connections: 19, allBackMs: 2500 },
  ],
  breaker: null,
  sessions: {
    ...{ interrupted: 40, resumed: 36, resumedRatio: 0.9, lost: 2, unknown: 1, undecided: 1, unnamed: 3 },
    inFlight: { messages: 100, answeredLater: 80, lostThoughResumed: 12, lostWithSession: 8 },
  },
};
const { sessions } = resilience;
const untouched = { ...sessions!, interrupted: 0, resumed: 0, resumedRatio: null, lost: 0, unknown: 0, undecided: 0 };
const valueOf = (text: string, changes: Partial<ResultResilience> | null = {}) =>
  measuredValue(
    sampleResult(changes === null ? {} : { resilience: { ...resilience, ...changes } }),
    parseThreshold(text, "--threshold"),
  );

describe("a threshold on outages", () => {
  it.each([
    ["connections.returned==100%", 0.975],
    ["connections.away==0", 1],
    ["connections.outages<50", 40],
    ["herd.allBack<10s", 2.5],
    ["retry.ratio>50%", 0.65],
    ["retry.attempts<100", 60],
    ["retry.givenUp==0", 1],
    ["buffer.overflowed==0", 7],
    ["buffer.highWater<100", 60],
    ["sessions.resumed==100%", 0.9],
    ["sessions.lost==0", 2],
    ["sessions.unknown==0", 1],
    ["sessions.undecided==0", 1],
    ["sessions.unnamed==0", 3],
    ["sessions.unanswered==0", 12],
  ])("%s has the value %f", (text, value) => {
    expect(valueOf(text).value).toBe(value);
  });

  it("takes the times of recovery", () => {
    expect(valueOf("recovery.p50<2s")).toMatchObject({ value: resilience.recoveryUs.p50! / 1e6, samples: 39 });
  });

  it("takes a herd that never came back whole as one that took for ever", () => {
    const away = [...resilience.herds, { startMs: 20_000, connections: 20, allBackMs: null }];
    expect(valueOf("herd.allBack<10s", { herds: away })).toMatchObject({ value: null, isInfinite: true });
  });

  it.each([
    ["connections.returned==100%", { outages: 0, returned: 0, returnedRatio: null }, /no connection was lost/],
    ["recovery.p50<1s", { outages: 3, recoveryUs: sampleTimes(0, 0) }, /no connection came back/],
    ["herd.allBack<1s", { herds: [] }, /never lost many at once/],
    ["buffer.overflowed==0", { buffer: null }, /nothing is kept/],
    ["breaker.opens==0", {}, /there is no breaker/],
    ["sessions.resumed==100%", { sessions: null }, /sessions are not asked for/],
    ["sessions.resumed==100%", { sessions: untouched }, /named no session/],
    ["sessions.lost==0", { sessions: { ...untouched, unnamed: 0 } }, /no session was interrupted/],
    ["connections.returned==100%", null, /not opened again/],
    ["recovery{phase=load}.p50<1s", {}, /the whole run/],
  ] as const)("%s of %j has no value, and says why", (text, changes, detail) => {
    const value = valueOf(text, changes);
    expect(value.value).toBeNull();
    expect(value.detail).toMatch(detail);
  });
});
