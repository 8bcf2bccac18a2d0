import type { Herd } from "../collected-resilience.ts";

/** Losses within so much time are at once, and a return that was over within it was none. */
const atOnceMs = 1000;
/** Herds that are kept: a run that loses all its connections more often is told by its counts. */
const keptHerds = 100;

interface OpenHerd {
  readonly startMs: number;
  /** Each once, however often it is lost; emptied when the herd is over. */
  readonly members: Set<number>;
  connections: number;
  /** Of them still away. */
  left: number;
  endMs: number | null;
}

/** Finds outages of many connections at once, and how long it takes until all of them are back. */
export class HerdWatch {
  readonly #herds: OpenHerd[] = [];
  /** Which herd a connection that is away belongs to. */
  readonly #herdOf = new Map<number, OpenHerd>();
  /** Which herd a connection came back from, and when. */
  readonly #back = new Map<number, { readonly herd: OpenHerd; readonly atMs: number }>();
  /** Lost within the last second, and away still. */
  #recent: { readonly connection: number; readonly atMs: number }[] = [];

  /** `readyBefore`: connections that were ready a moment ago, this one and the others of the last second included. */
  lost(connection: number, atMs: number, readyBefore: number): void {
    const back = this.#back.get(connection);
    this.#back.delete(connection);
    if (back !== undefined && atMs - back.atMs < atOnceMs) {
      back.herd.endMs = null;
      this.#leave(back.herd, connection);
      return;
    }
    const last = this.#herds.at(-1);
    if (last !== undefined && atMs - last.startMs <= atOnceMs && last.endMs === null) {
      this.#join(last, connection);
      return;
    }
    this.#recent = this.#recent.filter((each) => atMs - each.atMs <= atOnceMs);
    this.#recent.push({ connection, atMs });
    if (this.#recent.length < 2 || this.#recent.length * 2 < readyBefore || this.#herds.length >= keptHerds) return;
    const herd: OpenHerd = {
      startMs: this.#recent[0]!.atMs,
      members: new Set(),
      connections: 0,
      left: 0,
      endMs: null,
    };
    this.#herds.push(herd);
    for (const each of this.#recent) this.#join(herd, each.connection);
    this.#recent = [];
  }

  /** The connection is ready again. */
  returned(connection: number, atMs: number): void {
    this.#recent = this.#recent.filter((each) => each.connection !== connection);
    const herd = this.#herdOf.get(connection);
    if (herd === undefined) return;
    this.#herdOf.delete(connection);
    this.#back.set(connection, { herd, atMs });
    herd.left -= 1;
    if (herd.left > 0) return;
    herd.endMs = atMs;
    herd.members.clear();
  }

  /** In time order; instants count from `originMs`. */
  herds(originMs: number): readonly Herd[] {
    return this.#herds.map(({ startMs, connections, endMs }) => ({
      startMs: startMs - originMs,
      connections,
      allBackMs: endMs === null ? null : endMs - startMs,
    }));
  }

  /** How many of the last second are away, for telling how many were ready before it. */
  get recentlyLost(): number {
    return this.#recent.length;
  }

  #join(herd: OpenHerd, connection: number): void {
    if (!herd.members.has(connection)) herd.connections += 1;
    herd.members.add(connection);
    this.#leave(herd, connection);
  }

  #leave(herd: OpenHerd, connection: number): void {
    this.#herdOf.set(connection, herd);
    herd.left += 1;
  }
}
