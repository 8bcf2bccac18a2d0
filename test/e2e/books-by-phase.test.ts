import { expect, it } from "vitest";
import { resultOf, runAndRead } from "../support/saved-run.ts";

it("a run against the mock saves what the mock counted in each of its phases, and they come to all that was sent", async () => {
  const load = ["-c", "4", "-w", "1", "--warmup", "500ms", "--stage", "500ms:200", "--stage", "500ms:400"];
  const run = await runAndRead([...load, "--mock-drop", "10%", "--no-progress"]);
  const { target, phases, shutdown } = resultOf(run);
  const byPhase = target.booksByPhase!;
  expect(byPhase.map(({ phase }) => phase)).toEqual(phases.map(({ name }) => name));
  const sumOf = (key: string): number => byPhase.reduce((sum, { changes }) => sum + (changes[key] ?? 0), 0);
  expect(sumOf("messagesIn")).toBe(phases.reduce((sum, { messages }) => sum + messages.sent, 0));
  expect(sumOf("dropped")).toBe(target.books!.dropped);
  // No connection was opened or closed while load went out.
  expect(sumOf("connectionsAccepted")).toBe(0);
  expect(byPhase.every(({ changes }) => changes.messagesIn! > 0)).toBe(true);
  expect(run.stdout).toContain("Target's books by phase  [PASS] agree");
  // Everybody had left in order before the mock was told to stop.
  expect(shutdown!.generator).toMatchObject({ connectionsClosed: 4, workersEnded: 1 });
  expect(shutdown!.generator.pendingLost).toBe(target.books!.dropped);
  expect(shutdown!.target).toMatchObject({ pendingFlushed: 0, pendingDropped: 0, connectionsClosed: 0 });
});
