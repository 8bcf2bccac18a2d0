import type { LoadConnection } from "./load-connection.ts";

/** One that leaves waits so long for answers, and looks so often. */
const leaveMs = 1000;
const leaveLookMs = 10;

export interface LeaveTakingParts {
  readonly nowMs: () => number;
  /** Whether answers are under way to the connection. */
  readonly isOwed: (connection: LoadConnection) => boolean;
}

/** Closes connections that the run itself takes away, in order: each once it is answered, or has waited a second for that. */
export class LeaveTaking {
  readonly #parts: LeaveTakingParts;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(parts: LeaveTakingParts) {
    this.#parts = parts;
  }

  /** The connection, in state `leaving`, is sent nothing more. */
  closeWhenAnswered(connection: LoadConnection): void {
    this.#lookLater(connection, this.#parts.nowMs() + leaveMs);
  }

  /** Closes nothing more; no timer is left behind. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #lookLater(connection: LoadConnection, latestMs: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (connection.state !== "leaving") return;
      if (this.#parts.isOwed(connection) && this.#parts.nowMs() < latestMs) this.#lookLater(connection, latestMs);
      else {
        connection.leftInOrder = true;
        connection.transport?.close(1000, "");
      }
    }, leaveLookMs);
    this.#timers.add(timer);
  }
}
