import type { AnswerWire } from "../../src/mock-server/answer-wire.ts";
import { FaultPlan, type MessageFault } from "../../src/mock-server/fault-plan.ts";
import { LeakedMemory } from "../../src/mock-server/leaked-memory.ts";
import { MockBooks } from "../../src/mock-server/mock-books.ts";
import type { MockContext } from "../../src/mock-server/mock-context.ts";
import type { MockOptions } from "../../src/mock-server/mock-options.ts";
import type { RoomBurst } from "../../src/mock-server/rooms.ts";
import { StreamMessages } from "../../src/mock-server/stream-message.ts";
import { WakeUps } from "../../src/mock-server/wake-ups.ts";
import type { ManualTimers } from "./manual-timers.ts";

/** A wire that keeps what is sent on it. */
export class MemoryWire implements AnswerWire {
  isWritable = true;
  bufferedBytes = 0;
  isReading = true;
  isCut = false;
  refusedWith: number | null = null;
  /** Flushed messages in order. */
  readonly sent: string[] = [];
  #burst: string[] = [];

  sendMessage(payload: Uint8Array): void {
    this.#burst.push(Buffer.from(payload).toString());
  }

  flush(): void {
    this.sent.push(...this.#burst);
    this.#burst = [];
  }

  sendFramed({ messages }: RoomBurst): void {
    this.sent.push(...messages.map(({ payload }) => payload.toString()));
  }

  cut(): void {
    this.isCut = true;
  }

  refuse(code: number): void {
    this.refusedWith = code;
  }

  setReading(isReading: boolean): void {
    this.isReading = isReading;
  }
}

/** The faults of a test in the order of its messages; `none` behind the end. */
export class ListedFaults extends FaultPlan {
  readonly #faults: readonly MessageFault[];

  constructor(options: MockOptions, faults: readonly MessageFault[]) {
    super(options);
    this.#faults = faults;
  }

  override messageFault(_connection: number, message: number): MessageFault {
    return this.#faults[message - 1] ?? "none";
  }
}

/** What the connections of a server share, on timers that a test turns. */
export function mockContext(options: MockOptions, plan: FaultPlan, timers: ManualTimers): MockContext {
  return {
    options,
    plan,
    books: new MockBooks(),
    leaked: new LeakedMemory(),
    wakeUps: new WakeUps(timers),
    streamMaker: new StreamMessages(128),
    queuedStreams: new Set(),
    clockOriginMs: 0,
    startedMs: 0,
  };
}
