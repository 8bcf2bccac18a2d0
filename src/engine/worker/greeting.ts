import type { ConnectPlan } from "../../plan/plan.ts";
import type { OutgoingMessage, Transport } from "../../transport/transport.ts";
import { plainMessage } from "./plain-message.ts";

/** What is said on each new connection, and what must come back before it counts as ready. */
export class Greeting {
  readonly #firstMessages: readonly OutgoingMessage[];
  readonly #sign: RegExp | string | null;

  constructor({ firstMessages, ready }: Pick<ConnectPlan, "firstMessages" | "ready">) {
    this.#firstMessages = firstMessages.map(plainMessage);
    if (ready === null) this.#sign = null;
    else if (ready.kind === "text") this.#sign = ready.pattern;
    // A pattern that is global or sticky would remember where it last matched, from one connection to the next.
    else this.#sign = new RegExp(ready.pattern, ready.flags.replace(/[gy]/g, ""));
  }

  /** Whether a connection has to wait for a sign once it is open. */
  get asksForSign(): boolean {
    return this.#sign !== null;
  }

  sendOn(transport: Transport): void {
    if (this.#firstMessages.length === 0) return;
    transport.beginBurst();
    for (const message of this.#firstMessages) transport.writeMessage(message);
    transport.endBurst();
  }

  isSign(text: string): boolean {
    return this.#sign !== null && (typeof this.#sign === "string" ? text.includes(this.#sign) : this.#sign.test(text));
  }
}
