import { crcOfPayload, type MarkerCrc } from "./marker-crc.ts";
import { digitValues } from "./marker-digits.ts";

/** One marker of this run seen in a frame. */
export type ScannedMessage =
  /** The payload is intact, byte for byte. */
  | { readonly kind: "valid"; readonly connectionId: number; readonly sequence: number }
  /** One of ours, damaged; connection and sequence are both -1 when it cannot be told which. */
  | { readonly kind: "corrupt"; readonly connectionId: number; readonly sequence: number };

/** What the scanner must know of messages of one size. */
export interface MarkerLayout {
  /** Each variant's payload; only the filler behind the marker is read. */
  readonly payloads: readonly Buffer[];
  readonly sizeBytes: number;
  readonly crc: MarkerCrc;
}

/** ... and of all messages. */
export interface MarkerLayouts {
  /** The 16 bytes every payload of the run begins with. */
  readonly constant: Buffer;
  readonly prefixBytes: number;
  /** How that message was made. */
  readonly of: (connectionId: number, sequence: number) => MarkerLayout;
  /** How messages of so many bytes are made; undefined when there are none. */
  readonly ofSize: (sizeBytes: number) => MarkerLayout | undefined;
}

const identityStart = 16;
const markerEnd = 32;
/** Damaged characters of the constant part up to which a frame is still taken for one of ours. */
const mostDamaged = 4;
const unknown: ScannedMessage = { kind: "corrupt", connectionId: -1, sequence: -1 };

/** Finds this run's payloads inside any bytes, and tells of damaged ones which message they were. */
export class MarkerScanner {
  private readonly layouts: MarkerLayouts;
  /** Those of the marker at hand. One array for all: targets that wrap every message make this path a hot one. */
  private readonly digits = new Int8Array(markerEnd - identityStart);

  constructor(layouts: MarkerLayouts) {
    this.layouts = layouts;
  }

  /** Calls `found` for each marker in `frame`, in order. */
  scan(frame: Buffer, found: (message: ScannedMessage) => void): void {
    const { constant } = this.layouts;
    let at = frame.indexOf(constant);
    if (at < 0) {
      if (this.isOursWithDamagedStart(frame)) found(this.examine(frame, this.layouts.prefixBytes, true));
      return;
    }
    while (at >= 0) {
      const message = this.examine(frame, at, false);
      found(message);
      // A damaged payload may be a cut off one with the next message right behind.
      at = frame.indexOf(constant, at + (message.kind === "valid" ? this.payloadBytesOf(message) : constant.length));
    }
  }

  private examine(frame: Buffer, at: number, isDamaged: boolean): ScannedMessage {
    if (frame.length - at < markerEnd) return unknown;
    const { digits } = this;
    readDigits(frame, at, digits);
    const connectionId = joinDigits(digits, 0, 4);
    const sequence = joinDigits(digits, 4, 10);
    if (connectionId >= 0 && sequence >= 1 && this.mismatches(digits, connectionId, sequence) === 0) {
      const isValid = !isDamaged && this.hasFillerOf(frame, at, connectionId, sequence);
      return { kind: isValid ? "valid" : "corrupt", connectionId, sequence };
    }
    return this.repair(digits);
  }

  private payloadBytesOf({ connectionId, sequence }: ScannedMessage): number {
    return this.layouts.of(connectionId, sequence).payloads[0]!.length;
  }

  private hasFillerOf(frame: Buffer, at: number, connectionId: number, sequence: number): boolean {
    const { payloads } = this.layouts.of(connectionId, sequence);
    const own = payloads[variantOf(sequence, payloads)]!;
    if (frame.length - at < own.length) return false;
    return frame.compare(own, markerEnd, own.length, at + markerEnd, at + own.length) === 0;
  }

  /** The one message whose marker differs from `digits` in a single character; unknown when there is none or several. */
  private repair(digits: Int8Array): ScannedMessage {
    const candidate = Int8Array.from(digits);
    let only = unknown;
    const consider = (): boolean => {
      const connectionId = joinDigits(candidate, 0, 4);
      const sequence = joinDigits(candidate, 4, 10);
      if (connectionId < 0 || sequence < 1 || this.mismatches(digits, connectionId, sequence) !== 1) return true;
      if (only !== unknown) return false;
      only = { kind: "corrupt", connectionId, sequence };
      return true;
    };
    if (!consider()) return unknown;
    for (let place = 0; place < 10; place++) {
      for (let digit = 0; digit < 64; digit++) {
        if (digit === digits[place]) continue;
        candidate[place] = digit;
        if (!consider()) return unknown;
      }
      candidate[place] = digits[place]!;
    }
    return only;
  }

  /** In how many of its 16 characters the marker of this message differs from `digits`. */
  private mismatches(digits: Int8Array, connectionId: number, sequence: number): number {
    const high = Math.floor(sequence / 0x1000000);
    const low = sequence & 0xffffff;
    const layout = this.layouts.of(connectionId, sequence);
    const crc = layout.crc.of(variantOf(sequence, layout.payloads), connectionId, high, low);
    let count = 0;
    for (let place = 0; place < 4; place++) {
      if (digits[place] !== ((connectionId >>> (18 - 6 * place)) & 63)) count++;
    }
    for (let place = 0; place < 6; place++) {
      const half = place < 2 ? high : low;
      const shift = place < 2 ? 6 - 6 * place : 30 - 6 * place;
      if (digits[4 + place] !== ((half >>> shift) & 63)) count++;
      if (digits[10 + place] !== ((crc >>> (30 - 6 * place)) & 63)) count++;
    }
    return count;
  }

  /** A bare echo whose first 16 payload bytes were hit. A message of another run is whole in itself and not ours. */
  private isOursWithDamagedStart(frame: Buffer): boolean {
    const layout = this.layouts.ofSize(frame.length);
    if (layout === undefined) return false;
    const { constant, prefixBytes } = this.layouts;
    let damaged = 0;
    for (let index = 0; index < constant.length; index++) {
      if (frame[prefixBytes + index] !== constant[index]) damaged++;
    }
    return (
      damaged <= mostDamaged && !this.isWhole(frame.subarray(prefixBytes, prefixBytes + layout.payloads[0]!.length))
    );
  }

  /** Whether the payload agrees with its own CRC. */
  private isWhole(payload: Buffer): boolean {
    const { digits } = this;
    readDigits(payload, 0, digits);
    const crc = crcOfPayload(payload);
    for (let place = 0; place < 6; place++) {
      if (digits[10 + place] !== ((crc >>> (30 - 6 * place)) & 63)) return false;
    }
    return true;
  }
}

function variantOf(sequence: number, payloads: readonly Buffer[]): number {
  return sequence & (payloads.length - 1);
}

/** The 16 digits behind the constant part; -1 for a byte that is no digit. */
function readDigits(frame: Buffer, at: number, digits: Int8Array): void {
  for (let index = 0; index < digits.length; index++) digits[index] = digitValues[frame[at + identityStart + index]!]!;
}

/** The number that the digits `from` .. `to` write; -1 when one of them is none. */
function joinDigits(digits: Int8Array, from: number, to: number): number {
  let value = 0;
  for (let place = from; place < to; place++) {
    if (digits[place]! < 0) return -1;
    value = value * 64 + digits[place]!;
  }
  return value;
}
