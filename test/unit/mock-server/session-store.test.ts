import { describe, expect, it } from "vitest";
import { FaultPlan } from "../../../src/mock-server/fault-plan.ts";
import { MockBooks } from "../../../src/mock-server/mock-books.ts";
import { defaultMockOptions, defaultSessions, type SessionOptions } from "../../../src/mock-server/mock-options.ts";
import { SessionStore, type KeptAnswer } from "../../../src/mock-server/session-store.ts";

const nobody = { supersede: () => undefined };
const answersOf = (...texts: readonly string[]): readonly KeptAnswer[] =>
  texts.map((text) => ({ payload: Buffer.from(text) }));
const textsOf = (answers: readonly KeptAnswer[]) => answers.map(({ payload }) => Buffer.from(payload).toString());

function storeWith(changes: Partial<SessionOptions> = {}) {
  const sessions = { ...defaultSessions, ...changes };
  const books = new MockBooks();
  const store = new SessionStore<KeptAnswer>(sessions, new FaultPlan({ ...defaultMockOptions, sessions }), books);
  return { books, store };
}

describe("the sessions of the mock", () => {
  it("give back to their clients, once, what could not be sent", () => {
    const { store, books } = storeWith();
    const token = store.begin(1, nobody);
    store.keep(token, answersOf("a", "b"), 0);
    expect(store.away).toBe(1);
    expect(textsOf(store.resume(token, nobody, 10)!.answers)).toEqual(["a", "b"]);
    store.keep(token, [], 20);
    expect(store.resume(token, nobody, 30)!.answers).toEqual([]);
    expect(books).toMatchObject({ sessionsOpened: 1, sessionsResumed: 2, answersKept: 2, keptDropped: 0 });
  });

  it("have names that differ, and are the same again with the same seed", () => {
    const names = (): readonly string[] => [1, 2, 3].map((number) => storeWith().store.begin(number, nobody));
    expect(new Set(names()).size).toBe(3);
    expect(names()).toEqual(names());
  });

  it("keep the last answers where there are too many, and count the others", () => {
    const { store, books } = storeWith({ answers: 2 });
    const token = store.begin(1, nobody);
    store.keep(token, answersOf("a", "b", "c"), 0);
    expect(textsOf(store.resume(token, nobody, 0)!.answers)).toEqual(["b", "c"]);
    expect(books).toMatchObject({ answersKept: 3, keptDropped: 1 });
  });

  it("are not kept longer than their time, nor in a greater number than there is room for", () => {
    const { store, books } = storeWith({ limit: 2, keepMs: 100 });
    const tokens = [1, 2, 3].map((number) => store.begin(number, nobody));
    for (const token of tokens) store.keep(token, answersOf("a"), 0);
    expect(store.resume(tokens[0]!, nobody, 99)).toBeNull();
    expect(store.resume(tokens[1]!, nobody, 99)).not.toBeNull();
    expect(store.resume(tokens[2]!, nobody, 100)).toBeNull();
    expect(books).toMatchObject({ sessionsExpired: 2, sessionsRefused: 2, sessionsResumed: 1, keptExpired: 2 });
    expect(store.away).toBe(0);
  });

  it("are taken over from a connection that is open still, with what that has not answered", () => {
    const { store, books } = storeWith();
    let token = "";
    token = store.begin(1, { supersede: () => store.keep(token, answersOf("a"), 5) });
    expect(textsOf(store.resume(token, nobody, 5)!.answers)).toEqual(["a"]);
    expect(books.sessionsRefused).toBe(0);
  });

  it("are gone once their clients have closed in order", () => {
    const { store, books } = storeWith();
    const token = store.begin(1, nobody);
    store.end(token);
    store.keep(token, answersOf("a"), 0);
    expect(store.resume(token, nobody, 0)).toBeNull();
    expect(books).toMatchObject({ sessionsEnded: 1, sessionsRefused: 1, answersKept: 0 });
  });

  it("are refused, robbed of their answers, or repeated, where that is planned", () => {
    const outcomeOf = (changes: Partial<SessionOptions>) => {
      const { store, books } = storeWith(changes);
      const token = store.begin(1, nobody);
      store.keep(token, answersOf("a"), 0);
      return { resumed: store.resume(token, nobody, 0), books };
    };
    expect(outcomeOf({ refuseRatio: 1 })).toMatchObject({ resumed: null, books: { sessionsRefused: 1 } });
    expect(outcomeOf({ forgetRatio: 1 })).toMatchObject({ resumed: { answers: [] }, books: { keptForgotten: 1 } });
    expect(outcomeOf({ repeatRatio: 1 }).resumed!.isRepeated).toBe(true);
  });
});
