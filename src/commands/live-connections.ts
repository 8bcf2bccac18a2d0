import type { CollectedConnection } from "../engine/collected-connections.ts";
import { rankConnections } from "../result/build-connections.ts";

/** A connection on which nothing happened for so long is not told of one by one any more. */
export const staleAfterMs = 60_000;

/**
 * Which single connections are told of while a run goes on: at most `most`, so that whoever stores them can bear their
 * number. One that was chosen stays, whatever the others do, until it is stale: nothing was sent or received on it for
 * `staleAfterMs`, and it neither opened nor ended in that time. A free place goes to the one that fares worst of those
 * that are not stale. Totals have nothing to do with it.
 */
export class LiveConnections {
  readonly #most: number;
  #chosen: ReadonlySet<number> = new Set();

  constructor(most: number) {
    this.#most = most;
  }

  /** Those to tell of at `nowMs` since the start of the run, in the order of their numbers. */
  choose(connections: readonly CollectedConnection[], nowMs: number): readonly CollectedConnection[] {
    const active = connections.filter(({ activeMs }) => activeMs !== null && nowMs - activeMs <= staleAfterMs);
    const kept = active.filter(({ connection }) => this.#chosen.has(connection)).map(({ connection }) => connection);
    const chosen = new Set(kept);
    if (chosen.size < this.#most) {
      for (const { connection } of rankConnections(active)) {
        if (chosen.size === this.#most) break;
        chosen.add(connection);
      }
    }
    this.#chosen = chosen;
    return active.filter(({ connection }) => chosen.has(connection));
  }
}
