import type { ConnectionEnd, Negotiated, TransportListener } from "../../src/transport/transport.ts";

/** A listener that keeps what it is told and lets a test wait for it. */
export class RecordingListener implements TransportListener {
  opened: Negotiated | undefined;
  connectUs = Number.NaN;
  /** Text as text, binary as `hex:...`. */
  readonly messages: string[] = [];
  readonly ends: ConnectionEnd[] = [];
  readEnds = 0;
  writables = 0;
  /** Called first in takeKnownMessage; what it gives is the answer. */
  take: ((bytes: Buffer) => boolean) | undefined;
  /** Called at every event, by its name, after it has been kept. */
  on: ((event: string) => void) | undefined;
  /** Events told after onClosed; must stay empty. */
  readonly late: string[] = [];
  #waiting: { readonly isTrue: () => boolean; readonly resolve: () => void }[] = [];

  onOpen(connectUs: number, negotiated: Negotiated): void {
    this.connectUs = connectUs;
    this.opened = negotiated;
    this.#told("onOpen");
  }

  takeKnownMessage(view: DataView, start: number, end: number): boolean {
    if (this.ends.length > 0) this.late.push("takeKnownMessage");
    if (this.take === undefined) return false;
    return this.take(Buffer.from(view.buffer as ArrayBuffer, view.byteOffset + start, end - start));
  }

  onMessage(bytes: Buffer, start: number, end: number, isText: boolean): void {
    this.messages.push(isText ? bytes.toString("utf8", start, end) : `hex:${bytes.toString("hex", start, end)}`);
    this.#told("onMessage");
  }

  onReadEnd(): void {
    this.readEnds += 1;
    this.#told("onReadEnd");
  }

  onWritable(): void {
    this.writables += 1;
    this.#told("onWritable");
  }

  onClosed(end: ConnectionEnd): void {
    if (this.ends.length > 0) this.late.push("onClosed");
    this.ends.push(end);
    this.#told("onClosed");
  }

  /** Resolves when `isTrue` holds after an event, or does so already. */
  until(isTrue: () => boolean): Promise<void> {
    if (isTrue()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ isTrue, resolve }));
  }

  async open(): Promise<Negotiated> {
    await this.until(() => this.opened !== undefined || this.ends.length > 0);
    if (this.opened === undefined) throw new Error(`not opened: ${JSON.stringify(this.ends[0])}`);
    return this.opened;
  }

  async end(): Promise<ConnectionEnd> {
    await this.until(() => this.ends.length > 0);
    return this.ends[0]!;
  }

  #told(event: string): void {
    if (this.ends.length > 0 && event !== "onClosed") this.late.push(event);
    this.on?.(event);
    const ready = this.#waiting.filter(({ isTrue }) => isTrue());
    this.#waiting = this.#waiting.filter((waiter) => !ready.includes(waiter));
    for (const { resolve } of ready) resolve();
  }
}
