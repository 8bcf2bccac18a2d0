/** The word in a template that stands for the key of a job. */
export const keyPlaceholder = "{{key}}";

/** `k07`, the same length for all keys of a run: so that a message with the key in it has one size. */
export function keyName(key: number, keys: number): string {
  return `k${String(key + 1).padStart(String(keys).length, "0")}`;
}

/** Names of all keys, in order. */
export function keyNames(keys: number): readonly string[] {
  return Array.from({ length: keys }, (_, key) => keyName(key, keys));
}

/**
 * Which key a job has. Connection g of C has the keys g, g + C, g + 2C ..., so that each key belongs to one connection, on
 * which what happens to its jobs is told in one order; the jobs of a connection go through its keys in turn.
 */
export class JobKeys {
  readonly keys: number;
  readonly #connections: number;

  /** `connections`: the most that the run has at a time, no more than there are keys. */
  constructor(keys: number, connections: number) {
    this.keys = keys;
    this.#connections = connections;
  }

  /** How many keys connection `connection` (from 0, over all workers) has. */
  countOf(connection: number): number {
    return Math.ceil((this.keys - connection) / this.#connections);
  }

  /** The key (from 0) of job `sequence` (from 1) of a connection. */
  keyOf(connection: number, sequence: number): number {
    return connection + ((sequence - 1) % this.countOf(connection)) * this.#connections;
  }

  /** The place of job `sequence` of a connection among the jobs of its key, from 1. */
  positionOf(connection: number, sequence: number): number {
    return Math.floor((sequence - 1) / this.countOf(connection)) + 1;
  }
}
