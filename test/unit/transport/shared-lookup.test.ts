import { describe, expect, it } from "vitest";
import type { LookupAddress } from "node:dns";
import { makeSharedLookup } from "../../../src/transport/shared-lookup.ts";

type Told = readonly [error: string | null, address: string | LookupAddress[], family: number | undefined];

/** A lookup on a clock and a resolver of the test. */
class Given {
  nowMs = 1000;
  readonly asked: { host: string; family: unknown; answer: (...told: Told) => void }[] = [];
  readonly told: Told[] = [];
  readonly #lookup = makeSharedLookup(
    () => this.nowMs,
    (host, { family }, callback) => {
      const answer = (error: string | null, address: string | LookupAddress[], number: number | undefined): void =>
        callback(error === null ? null : new Error(error), address, number);
      this.asked.push({ host, family, answer });
    },
  );

  ask(family = 0): void {
    this.#lookup("name", { family, all: family === 0 }, (error, address, number) => {
      this.told.push([error === null ? null : error.message, address, number]);
    });
  }
}

const addresses = [{ address: "10.0.0.1", family: 4 }];
const tick = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

describe("the shared lookup", () => {
  it("asks once for those that ask at the same time", () => {
    const given = new Given();
    for (let count = 0; count < 3; count += 1) given.ask();
    expect(given.asked).toHaveLength(1);
    given.asked[0]!.answer(null, addresses, undefined);
    expect(given.told).toEqual(Array(3).fill([null, addresses, undefined]));
  });

  it("gives its answer again for a second, but never before the asking has returned", async () => {
    const given = new Given();
    given.ask();
    given.asked[0]!.answer(null, addresses, undefined);
    given.nowMs += 999;
    given.ask();
    expect(given.told).toHaveLength(1);
    await tick();
    expect(given.told).toHaveLength(2);
    given.nowMs += 1;
    given.ask();
    expect(given.asked).toHaveLength(2);
  });

  it("forgets a failure as soon as those that waited have it", () => {
    const given = new Given();
    given.ask();
    given.ask();
    given.asked[0]!.answer("getaddrinfo ENOTFOUND name", "", undefined);
    expect(given.told.map(([error]) => error)).toEqual(Array(2).fill("getaddrinfo ENOTFOUND name"));
    given.ask();
    given.asked[1]!.answer(null, addresses, undefined);
    expect(given.told[2]).toEqual([null, addresses, undefined]);
  });

  it("keeps what was asked of one family apart from the others", async () => {
    const given = new Given();
    given.ask(4);
    given.ask(6);
    given.asked[0]!.answer(null, "10.0.0.1", 4);
    given.asked[1]!.answer(null, "::1", 6);
    given.ask(6);
    await tick();
    expect(given.asked.map(({ family }) => family)).toEqual([4, 6]);
    expect(given.told[2]).toEqual([null, "::1", 6]);
  });

  it("tells one that asks from within an answer later, too", async () => {
    const lookup = makeSharedLookup(
      () => 0,
      (_host, _options, callback) => callback(null, addresses),
    );
    const told: number[] = [];
    lookup("name", { all: true }, () => {
      lookup("name", { all: true }, () => told.push(2));
      told.push(1);
    });
    expect(told).toEqual([1]);
    await tick();
    expect(told).toEqual([1, 2]);
  });
});
