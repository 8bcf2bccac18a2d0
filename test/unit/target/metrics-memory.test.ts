import { describe, expect, it } from "vitest";
import { findMemory } from "../../../src/target/metrics-memory.ts";

describe("findMemory", () => {
  it.each([
    ['{"rssBytes": 5, "rss": 6}', "rssBytes", 5],
    ['{"memory": {"rss": 6}}', "memory.rss", 6],
    [' {"process": {"memory": {"rss": 7}}}', "process.memory.rss", 7],
    ["process_resident_memory_bytes 8\n", "process_resident_memory_bytes", 8],
  ])("reads %s", (text, name, bytes) => {
    expect(findMemory(text)).toEqual({ name, bytes });
  });

  it.each(['{"heap": 5}', '{"rssBytes": "5"}', '{"memory": null}', "{broken", "", "<html>"])(
    "finds nothing in %s",
    (text) => {
      expect(findMemory(text)).toBeNull();
    },
  );
});
