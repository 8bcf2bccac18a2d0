import type { PhaseBooks } from "../engine/collected-target.ts";
import { isBookCounter } from "../mock-server/mock-books.ts";

type Books = Readonly<Record<string, number>> | null;

interface Snapshot {
  /** The phase that began; null at the end of a segment. */
  readonly phase: number | null;
  books: Books;
}

/** Readings of the mock's books at the edges of phases, and what changed between them. */
export class BookSnapshots {
  readonly #read: () => Promise<Books>;
  readonly #taken: Snapshot[] = [];

  /** `read` gives null where there are no books. */
  constructor(read: () => Promise<Books>) {
    this.#read = read;
  }

  /** Reads them as a phase begins; null when the drain of the last one is over. */
  async take(phase: number | null): Promise<void> {
    const snapshot: Snapshot = { phase, books: null };
    this.#taken.push(snapshot);
    snapshot.books = await this.#read();
  }

  /** Of each phase whose begin and end were both read. Counters that did not change are left out, levels too. */
  differences(): readonly PhaseBooks[] {
    return this.#taken.flatMap(({ phase, books }, index) => {
      const next = this.#taken[index + 1]?.books ?? null;
      if (phase === null || books === null || next === null) return [];
      const changes = Object.entries(next).flatMap(([key, value]) => {
        const change = value - (books[key] ?? 0);
        return isBookCounter(key) && change !== 0 ? [[key, change] as const] : [];
      });
      return [{ phase, changes: Object.fromEntries(changes) }];
    });
  }
}
