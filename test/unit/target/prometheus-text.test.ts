import { describe, expect, it } from "vitest";
import { parsePrometheus, pickMemoryGauge } from "../../../src/target/prometheus-text.ts";
import { expectVector, methodVector } from "../../support/method-vectors.ts";

describe("parsePrometheus", () => {
  it("reads names, labels, values and timestamps", () => {
    const { text } = methodVector("memory.prometheus.parse").input as { text: string };
    const samples = parsePrometheus(text);
    expectVector("memory.prometheus.parse", samples);
    expect(samples[0]).not.toHaveProperty("timestampMs");
    expect(samples[1]!.labels).toEqual({ app: "chat", zone: "a b" });
  });

  it.each([
    ['a{b="c,d=}e"} 1', { b: "c,d=}e" }, 1],
    ['a{b="line\\nend\\\\"} +Inf', { b: "line\nend\\" }, Infinity],
    ["a{} -Inf", {}, -Infinity],
    ["  a   1e3  ", {}, 1000],
  ])("reads %s", (line, labels, value) => {
    expect(parsePrometheus(`${line}\r\n`)).toEqual([{ name: "a", labels, value }]);
  });

  it("skips comments, empty lines and what is no sample", () => {
    expect(parsePrometheus("# TYPE a gauge\n\n<html>\n1a 2\na\n")).toEqual([]);
  });
});

describe("pickMemoryGauge", () => {
  it("prefers the resident size to any heap", () => {
    const text = "go_memstats_heap_inuse_bytes 5\nprocess_resident_memory_bytes 7\n";
    expect(pickMemoryGauge(parsePrometheus(text))).toEqual({ name: "process_resident_memory_bytes", bytes: 7 });
  });

  it("adds up the pools of one gauge and leaves NaN out", () => {
    const text =
      'jvm_memory_used_bytes{area="heap"} 5\njvm_memory_used_bytes{area="nonheap"} 6\njvm_memory_used_bytes{area="x"} NaN\n';
    expect(pickMemoryGauge(parsePrometheus(text))).toEqual({ name: "jvm_memory_used_bytes", bytes: 11 });
  });

  it("finds nothing in metrics without memory", () => {
    expect(pickMemoryGauge(parsePrometheus("process_open_fds 5\nprocess_resident_memory_bytes NaN\n"))).toBeNull();
  });
});
