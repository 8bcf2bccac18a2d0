import type { Readable } from "node:stream";

const keptLines = 10;
const keptCharacters = 4000;

/** Reads a stream to its end, so that its writer never blocks, and keeps the last lines for an error message. */
export class LastLines {
  #text = "";

  constructor(...streams: readonly (Readable | null)[]) {
    for (const stream of streams) {
      stream?.setEncoding("utf8");
      stream?.on("data", (text: string) => (this.#text = (this.#text + text).slice(-keptCharacters)));
    }
  }

  /** At most ten lines, without a line end behind the last; empty when nothing was written. */
  text(): string {
    return this.#text.trimEnd().split("\n").slice(-keptLines).join("\n");
  }
}
