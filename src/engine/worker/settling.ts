import type { LoadConnection } from "./load-connection.ts";

/** Waits until each connection that a segment wants is ready or has failed once, also where it will be tried again. */
export class Settling {
  #wanted = 0;
  #settled = 0;
  #whenAll: (() => void) | null = null;

  /** Waits for these from now on; null when all of them are ready already. */
  begin(wanted: readonly LoadConnection[]): Promise<void> | null {
    this.#wanted = wanted.length;
    this.#settled = 0;
    for (const connection of wanted) {
      connection.isSettled = connection.state === "ready";
      if (connection.isSettled) this.#settled += 1;
    }
    if (this.#settled >= this.#wanted) return null;
    return new Promise<void>((resolve) => (this.#whenAll = resolve));
  }

  /** The connection is ready, or has failed. */
  settle(connection: LoadConnection): void {
    if (connection.isSettled) return;
    connection.isSettled = true;
    this.#settled += 1;
    if (this.#settled >= this.#wanted) this.giveUp();
  }

  /** Waits for nobody any more. */
  giveUp(): void {
    this.#whenAll?.();
    this.#whenAll = null;
  }
}
