import type { RunResult } from "../../src/result/run-result.ts";
import { sampleBlock, sampleCheck, sampleMemory, samplePhase, sampleResult } from "./sample-result.ts";

/** What someone might write to make a page do something: every way out of an element, an attribute, a script, a line. */
export const hostileText =
  "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'`--><style>*{}</style>&lt;\u2028\u2029\u202e\0\uD800 \u00e9 \u{1F600}";

/** A result in which every text that a user or a target can choose is hostile. */
export function hostileResult(): RunResult {
  const sound = sampleResult();
  return sampleResult({
    title: hostileText,
    tags: { [hostileText]: hostileText },
    end: { kind: "aborted", reason: hostileText },
    environment: { ...sound.environment, cpuModel: hostileText, reason: hostileText },
    config: {
      ...{ ...sound.config, profile: hostileText },
      ...{ settings: { message: hostileText, [hostileText]: 1 }, plan: { connect: { headers: [["x", hostileText]] } } },
    },
    target: {
      ...{ ...sound.target, url: `ws://127.0.0.1/${hostileText}`, description: hostileText },
      ...{ firstForeignFrame: hostileText, books: { [hostileText]: 1 } },
    },
    phases: [
      samplePhase(hostileText, 100, 12, 12_000, { generatorHealth: "limited", generatorReasons: [hostileText] }),
    ],
    classes: [{ class: { kind: hostileText, name: hostileText }, ...sampleBlock(100, 10) }],
    memory: {
      ...{ generator: { ...sampleMemory, source: hostileText, verdictReason: hostileText }, generatorReason: null },
      ...{ target: null, targetReason: hostileText },
    },
    generator: {
      ...{ ...sound.generator, health: "limited", reasons: [hostileText] },
      lostWorkers: [{ index: 0, reason: hostileText }],
    },
    failures: [
      {
        code: "close/abnormal",
        phase: "close",
        kind: "abnormal",
        blame: "target",
        count: 1,
        firstMs: 1,
        lastMs: 2,
        example: hostileText,
      },
    ],
    thresholds: [
      sampleCheck({
        expression: `latency{phase=${hostileText}}.p99<1s`,
        source: hostileText,
        detail: hostileText,
        outcome: "fail",
      }),
    ],
    warnings: [{ code: "made-up", text: `watch ${hostileText}` }],
    verdict: { outcome: "fail", exitCode: 99, reasons: [hostileText, hostileText] },
  });
}
