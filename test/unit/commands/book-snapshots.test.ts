import { expect, it } from "vitest";
import { BookSnapshots } from "../../../src/commands/book-snapshots.ts";

it("tells what changed in each phase, of counters alone, whatever the order in which readings come back", async () => {
  const answers: ((books: Record<string, number> | null) => void)[] = [];
  const snapshots = new BookSnapshots(() => new Promise((resolve) => answers.push(resolve)));
  const taken = [0, 1, null, 2, null].map((phase) => snapshots.take(phase));
  const books = (messagesIn: number, dropped: number) => ({ messagesIn, dropped, connectionsOpen: messagesIn, pid: 3 });
  answers[1]!(books(15, 0));
  answers[0]!(books(10, 0));
  answers[2]!({ ...books(40, 2), "protocolErrors.unmasked": 1 });
  answers[3]!(books(50, 2));
  answers[4]!(null);
  await Promise.all(taken);
  expect(snapshots.differences()).toEqual([
    { phase: 0, changes: { messagesIn: 5 } },
    { phase: 1, changes: { messagesIn: 25, dropped: 2, "protocolErrors.unmasked": 1 } },
  ]);
});
