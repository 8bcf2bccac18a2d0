import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test, vi } from "vitest";
import { fullCollections } from "../../../src/host/process-probes.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as (options?: { readonly type: "minor" | "major" }) => void;

test("collections of all garbage are counted, those of what was made lately are not", async () => {
  const before = fullCollections();
  collect();
  collect();
  await vi.waitFor(() => expect(fullCollections()).toBeGreaterThanOrEqual(before + 2));
  const afterFull = fullCollections();
  for (let times = 0; times < 20; times += 1) collect({ type: "minor" });
  collect();
  await vi.waitFor(() => expect(fullCollections()).toBeGreaterThan(afterFull));
  expect(fullCollections()).toBeLessThan(afterFull + 20);
});
