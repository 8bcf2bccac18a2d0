import { Value } from "@sinclair/typebox/value";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderTerminalReport } from "../../../src/report/terminal-report.ts";
import { runResultSchema, type RunResult } from "../../../src/result/run-result.ts";
import { expectGolden } from "../../support/golden-file.ts";
import { reportCases } from "../../support/report-cases.ts";
import { sampleBlock, sampleCheck, sampleMessages, sampleResult, sampleTimes } from "../../support/sample-result.ts";

const options = { colour: false, columns: 100, savedTo: "results/steady-20260102.json" };

function expectWellFormed(text: string, width: number): void {
  for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(width);
  expect(text).toMatch(/^[\n -~]*$/);
  expect(text).not.toMatch(/NaN|undefined|Infinity|null|\[object|-0(?![.\d])/);
  expect(text).not.toMatch(/[ \t]$/m);
}

describe("renderTerminalReport", () => {
  it.each(Object.keys(reportCases))("shows the run %s as approved", (name) => {
    const result = reportCases[name]!;
    expect([...Value.Errors(runResultSchema, result)]).toEqual([]);
    const text = renderTerminalReport(result, options);
    expectWellFormed(text, 100);
    expectGolden(`report-${name}.txt`, text);
  });

  it.each(Object.keys(reportCases))("fits the run %s on a terminal of 80 columns", (name) => {
    const text = renderTerminalReport(reportCases[name]!, { ...options, columns: 80 });
    expectWellFormed(text, 80);
    expectGolden(`report-${name}-80.txt`, text);
  });

  it("says the same with colour as without", () => {
    for (const result of Object.values(reportCases)) {
      const coloured = renderTerminalReport(result, { ...options, colour: true });
      expect(coloured).toContain("\u001b[");
      expect(coloured.replaceAll(/\u001b\[\d+m/g, "")).toBe(renderTerminalReport(result, options));
    }
  });

  it("puts the generator's doubt above every number of the load", () => {
    const lines = renderTerminalReport(reportCases["generator-limited"]!, options).split("\n");
    const doubt = lines.findIndex((line) => line.startsWith("[WARN] the generator was limited"));
    expect(doubt).toBeGreaterThan(0);
    for (const section of ["Thresholds", "Verdict", "Delivery", "Latency", "Rate"]) {
      expect(lines.findIndex((line) => line.startsWith(section))).toBeGreaterThan(doubt);
    }
  });

  it("keeps the order of its sections", () => {
    const text = renderTerminalReport(reportCases["scaling-profile"]!, options);
    const order = [
      "Thresholds",
      "Verdict",
      "Delivery",
      "Latency",
      "Rate",
      "Phases",
      "Connections",
      "Memory",
      "Generator",
      "Errors",
    ];
    const places = order.map((title) => text.search(new RegExp(`^${title}`, "m")));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it("ends in the exit code, its reason and the place of the file", () => {
    const last = renderTerminalReport(reportCases["all-passed"]!, options).trimEnd().split("\n").at(-1);
    expect(last).toBe("[PASS] exit code 0: 3 of 3 thresholds held; saved to results/steady-20260102.json");
  });

  it.each([
    [10_000, 0, "0 lost of 10,000; 95 % sure that loss < 0.030 %"],
    [1000, 0, "0 lost of 1,000; 95 % sure that loss < 0.30 %"],
    [3000, 0, "0 lost of 3,000; 95 % sure that loss < 0.10 %"],
    [1, 0, "0 lost of 1; 95 % sure that loss < 95 %"],
    [1000, 3, "3 lost of 1,000 (0.30 %); 95 % sure that loss is between 0.061 % and 0.88 %"],
    [1000, 1000, "1,000 lost of 1,000 (100 %); 95 % sure that loss is between 99 % and 100 %"],
  ])("says how sure the loss of %d messages with %d lost is", (sent, lost, sentence) => {
    const messages = sampleMessages(sent, { lostMissing: lost });
    expect(renderTerminalReport(sampleResult({ totals: sampleBlock(sent, 10, { messages }) }), options)).toContain(
      sentence,
    );
  });

  it("puts a long path on a line of its own, with its file name whole", () => {
    const savedTo = `${"a-long-directory/".repeat(8)}result.json`;
    const text = renderTerminalReport(sampleResult(), { ...options, savedTo });
    expectWellFormed(text, 100);
    const lines = text.trimEnd().split("\n");
    expect(lines.at(-2)).toMatch(/^saved to .*\.\.\..*\/result\.json$/);
    expect(lines.at(-1)).toBe("[PASS] exit code 0: no threshold was asked for");
  });

  it("never cuts its last line where there is no terminal", () => {
    const base = reportCases["all-passed"]!;
    const reason = `the run could not be made: ${"why ".repeat(60)}`.trim();
    const result = { ...base, verdict: { ...base.verdict, reasons: [reason] } };
    const last = (isTerminal: boolean) =>
      renderTerminalReport(result, { ...options, isTerminal })
        .trimEnd()
        .split("\n")
        .at(-1);
    expect(last(false)).toContain(`${reason}; saved to results/steady-20260102.json`);
    expect(last(true)).toHaveLength(100);
  });

  it("cuts the detail of a gate before its expression", () => {
    const expression = "latency{phase=a-phase-with-a-name}.p99<50ms";
    const check = sampleCheck({ expression, detail: `worst 10 s: ${"because ".repeat(20)}` });
    const text = renderTerminalReport(
      { ...reportCases["all-passed"]!, thresholds: [check] },
      { ...options, columns: 80 },
    );
    expect(text).toContain(`${expression}  `);
  });

  it("calls a verdict that rests on an undecided gate a warning, and says nothing twice", () => {
    const base = reportCases["all-passed"]!;
    const told = { code: "nothing-answered", text: "nothing came back" };
    const verdict = { outcome: "pass", exitCode: 0, reasons: ["nothing failed; nothing came back"] } as const;
    const thresholds = [sampleCheck({ outcome: "unresolved" })];
    const text = renderTerminalReport({ ...base, verdict, thresholds, warnings: [told] }, options);
    expect(text).toContain("  [WARN] pass: nothing failed");
    expect(text).toContain("\n[WARN] exit code 0: nothing failed");
    expect(text).not.toContain("[WARN] nothing came back");
  });

  it("names the drain where messages due at the very end are missing", () => {
    const base = reportCases["all-passed"]!;
    const totals = sampleBlock(1000, 10, { messages: sampleMessages(1000, { lostMissing: 3 }) });
    const [last] = base.intervals.slice(-1);
    const result = { ...base, totals, intervals: [...base.intervals, { ...last!, lost: 3 }] };
    expect(renderTerminalReport(result, options)).toContain("raise --drain if answers take longer");
    expect(renderTerminalReport({ ...base, totals }, options)).not.toContain("raise --drain");
  });

  it("shows an unresolved gate as failed when --strict made it fail", () => {
    const check = sampleCheck({ outcome: "unresolved" });
    const verdict = {
      outcome: "fail" as const,
      exitCode: 99,
      reasons: [`threshold failed: ${check.expression}: 1 ms`],
    };
    const shown = (reasons: readonly string[]) =>
      renderTerminalReport(sampleResult({ thresholds: [check], verdict: { ...verdict, reasons } }), options);
    expect(shown(verdict.reasons)).toMatch(/^ {2}\[FAIL\] {2}latency/m);
    expect(shown(["something else"])).toMatch(/^ {2}\[WARN\] {2}latency/m);
  });

  it("stays ASCII and within 100 columns whatever names and numbers a result holds", () => {
    const word = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 200 }),
      fc.string({ maxLength: 300 }),
      fc.constantFrom("\u001b[31mred", "line\nbreak", "x".repeat(500), ""),
    );
    const number = fc.oneof(fc.nat(), fc.constantFrom(0, 1, 2 ** 53 - 1, 1e21, 1e300, 0.1, 5e-7));
    const count = fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constantFrom(0, 1, 2 ** 53 - 1));
    const orNull = fc.option(number, { nil: null });
    fc.assert(
      fc.property(
        fc.record({
          a: word,
          b: word,
          count,
          value: orNull,
          other: orNull,
          seconds: fc.constantFrom(0, 0.001, 10, 1e9),
        }),
        fc.constantFrom(100, 80, 60, 40, 500),
        (odd, columns) => {
          const text = renderTerminalReport(oddResult(odd), { colour: false, columns, savedTo: odd.b });
          expectFits(text, Math.max(60, Math.min(100, columns)));
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** User texts may hold any word, so that only form is looked at. */
function expectFits(text: string, width: number): void {
  for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(width);
  expect(text).toMatch(/^[\n -~]*$/);
}

interface Odd {
  readonly a: string;
  readonly b: string;
  readonly count: number;
  readonly value: number | null;
  readonly other: number | null;
  readonly seconds: number;
}

function oddResult({ a, b, count, value, other, seconds }: Odd): RunResult {
  const base = sampleResult();
  const times = { ...sampleTimes(count, value ?? 1), min: other, p50: value, max: value, mean: other };
  const messages = sampleMessages(count, { duplicated: count, lostMissing: Math.min(count, 3), skipped: count });
  const rate = {
    offeredPerSecond: value,
    sentPerSecond: other,
    deliveredPerSecond: value,
    achievedRatio: other,
    windowMs: seconds * 1000,
  };
  const connections = { ...base.totals.connections, attempted: count, connectUs: times, closeCodes: { [a]: count } };
  const totals = {
    ...sampleBlock(10, 1),
    messages,
    rate,
    latencyUs: times,
    serviceUs: times,
    slipUs: times,
    ownSlipUs: times,
    connections,
  };
  const phase = {
    ...base.phases[0]!,
    ...totals,
    measured: true,
    name: a,
    generatorHealth: "limited" as const,
    generatorReasons: [b],
  };
  const memory = {
    ...base.memory.generator!,
    startBytes: count,
    growthBytes: -count,
    slopeBytesPerSecond: value,
    pValue: other,
    verdictReason: b,
  };
  return {
    ...base,
    title: a,
    tags: { [a]: b },
    target: { ...base.target, description: b, url: a },
    end: { kind: "interrupted", reason: b },
    durationMs: seconds * 1000,
    phases: [phase, { ...phase, name: b }],
    totals,
    memory: { generator: memory, generatorReason: null, target: null, targetReason: a },
    generator: {
      ...base.generator,
      health: "limited",
      reasons: [a, b],
      utilization: value,
      cpuSecondsPerMillionMessages: other,
      lostWorkers: [{ index: 1, reason: a }],
    },
    failures: [
      { code: a, phase: "connect", kind: b, blame: "target", count: 3, firstMs: count, lastMs: count, example: b },
    ],
    thresholds: [sampleCheck({ expression: a, value, bound: other, detail: b, source: b, outcome: "fail" })],
    warnings: [{ code: b, text: a }],
    verdict: { outcome: "fail", exitCode: 99, reasons: [a, b] },
  };
}
