import type { OpenTransport } from "../../src/transport/open-transport.ts";
import { MemoryTransport } from "./memory-transport.ts";

/** A target without a network: by default it takes every connection after 1 ms and answers every message after 5 ms. */
export class MemoryTarget {
  readonly transports: MemoryTransport[] = [];
  answerAfterMs = 5;
  /** How many copies of the message with this number (0, 1 ... over all connections) come back. */
  copiesOf: (number: number) => number = () => 1;
  takesConnections = true;
  #messages = 0;

  readonly open: OpenTransport = (listener) => {
    const transport = new MemoryTransport(listener, (burst) => this.#answer(transport, burst));
    this.transports.push(transport);
    setTimeout(() => {
      if (this.takesConnections) transport.open();
      else transport.end({ opened: false, closeCode: 1006, closeReason: "", failure: refused });
    }, 1);
    return transport;
  };

  #answer(transport: MemoryTransport, burst: readonly Buffer[]): void {
    const answers = burst.flatMap((message) => Array<Buffer>(this.copiesOf(this.#messages++)).fill(message));
    if (answers.length === 0) return;
    setTimeout(() => {
      if (!transport.isOver) transport.receive(...answers);
    }, this.answerAfterMs);
  }
}

const refused = { phase: "connect", kind: "refused", blame: "target", example: "refused" } as const;
