import type { ConnectPlan, MessagePlan } from "../plan/plan.ts";
import type { OpenTransport } from "../transport/open-transport.ts";
import { plainMessage } from "../transport/plain-message.ts";
import type { ConnectionEnd, Transport, TransportListener } from "../transport/transport.ts";

/** What a neighbour needs to know of its target. */
export interface NeighbourSetting {
  readonly connect: ConnectPlan;
  readonly message: Pick<MessagePlan, "templatePrefix" | "templateSuffix" | "frameType">;
  readonly openTransport: OpenTransport;
  /** An answer that has not come after this is lost. */
  readonly patienceMs: number;
  readonly nowMs: () => number;
  /** Told each answer, with its time in microseconds. */
  readonly onAnswer: (latencyUs: number) => void;
}

/** Counts of one neighbour since it was made. */
export interface NeighbourCounts {
  sent: number;
  answered: number;
  /** Not answered in time, or in flight as its session ended. */
  lost: number;
  /** Sessions that the target ended. */
  closed: number;
}

/** Between an answer and the next message. */
const pauseMs = 20;

/**
 * An ordinary session beside the probes: it sends a message, waits for its answer, pauses, and again. Its messages are
 * known by a text of their own, wherever it stands in the answer.
 */
export class Neighbour implements TransportListener {
  readonly counts: NeighbourCounts = { sent: 0, answered: 0, lost: 0, closed: 0 };
  /** How sessions were ended: `close 1006`, `refused` ... */
  readonly ends: string[] = [];
  readonly #setting: NeighbourSetting;
  readonly #name: string;
  #transport: Transport | null = null;
  #isReady = false;
  #isStopping = false;
  /** The text that is waited for. */
  #awaited: string | null = null;
  #sentAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #whenChanged: (() => void) | null = null;
  #asks = true;

  constructor(name: string, setting: NeighbourSetting) {
    this.#name = name;
    this.#setting = setting;
  }

  /** Whether its session is open and ready. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** From now on it only holds its session: the target answers no messages. */
  stopAsking(): void {
    this.#asks = false;
    this.#awaited = null;
    clearTimeout(this.#timer);
  }

  /** Opens a session; resolves when it is ready, or is not to be had in time. */
  async open(): Promise<void> {
    const transport = this.#setting.openTransport(this);
    this.#transport = transport;
    await this.until(() => this.#isReady || this.#transport === null, this.#setting.connect.timeoutMs);
    if (!this.#isReady) transport.destroy();
  }

  /** Resolves when `isTrue` holds or so much time has passed. */
  async until(isTrue: () => boolean, patienceMs: number): Promise<void> {
    const deadlineMs = this.#setting.nowMs() + patienceMs;
    while (!isTrue() && this.#setting.nowMs() < deadlineMs) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadlineMs - this.#setting.nowMs());
        this.#whenChanged = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Ends its session; nothing is counted any more. */
  async close(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    this.#transport?.close(1000, "");
    await this.until(() => this.#transport === null, this.#setting.patienceMs);
    this.#transport?.destroy();
  }

  onOpen(): void {
    const { connect } = this.#setting;
    for (const text of connect.firstMessages) this.#send(text);
    if (connect.ready === null) this.#becomeReady();
  }

  takeKnownMessage(): boolean {
    return false;
  }

  onMessage(bytes: Buffer, start: number, end: number): void {
    const text = bytes.toString("utf8", start, end);
    if (!this.#isReady) {
      if (this.#isSign(text)) this.#becomeReady();
      return;
    }
    if (this.#awaited === null || !text.includes(this.#awaited)) return;
    this.#awaited = null;
    this.counts.answered += 1;
    this.#setting.onAnswer((this.#setting.nowMs() - this.#sentAtMs) * 1000);
    this.#askAfter(pauseMs);
    this.#changed();
  }

  onReadEnd(): void {
    return;
  }

  onWritable(): void {
    return;
  }

  onClosed(end: ConnectionEnd): void {
    clearTimeout(this.#timer);
    this.#transport = null;
    if (this.#isReady && !this.#isStopping) {
      this.counts.closed += 1;
      if (this.#awaited !== null) this.counts.lost += 1;
      this.ends.push(`close ${end.closeCode}`);
    }
    this.#isReady = false;
    this.#awaited = null;
    this.#changed();
  }

  #becomeReady(): void {
    this.#isReady = true;
    this.#askAfter(0);
    this.#changed();
  }

  #askAfter(waitMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), waitMs);
  }

  #ask(): void {
    if (!this.#isReady || this.#isStopping || !this.#asks) return;
    const { message, nowMs, patienceMs } = this.#setting;
    // Ends in a letter, so that no number is the beginning of another.
    this.#awaited = `${this.#name}-${this.counts.sent}n`;
    this.counts.sent += 1;
    this.#sentAtMs = nowMs();
    this.#send(`${message.templatePrefix}${this.#awaited}${message.templateSuffix}`);
    this.#timer = setTimeout(() => this.#giveUp(), patienceMs);
  }

  #giveUp(): void {
    this.#awaited = null;
    this.counts.lost += 1;
    this.#askAfter(0);
    this.#changed();
  }

  #send(text: string): void {
    this.#transport?.writeMessage(plainMessage(text, this.#setting.message.frameType === "text"));
  }

  #isSign(text: string): boolean {
    const { ready } = this.#setting.connect;
    if (ready === null) return true;
    return ready.kind === "text" ? text.includes(ready.pattern) : new RegExp(ready.pattern, ready.flags).test(text);
  }

  #changed(): void {
    this.#whenChanged?.();
  }
}
