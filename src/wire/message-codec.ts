import { usageError } from "../errors/floodgate-error.ts";
import { crc32 } from "../random/crc32.ts";
import { Xoshiro } from "../random/xoshiro.ts";
import { crcOfPayload, MarkerCrc } from "./marker-crc.ts";
import { digitPairs, markerDigits, pairValues } from "./marker-digits.ts";
import { MarkerScanner, type MarkerLayouts, type ScannedMessage } from "./marker-scanner.ts";

/** Bytes of the marker that every payload begins with, and so the least payload there can be. */
export const markerBytes = 32;
/** Largest memory for all variants of a message together, unless one alone is larger. */
const variantMemoryBytes = 1024 * 1024;
const mostVariants = 16;
/** From here on the native comparison of bytes is quicker than words in a loop: four times at a megabyte. */
const largeBytes = 4096;

/** What a message looks like; the plan's message fits. */
export interface MessageFormat {
  /** Bytes of one whole message: prefix, payload, suffix. */
  readonly sizeBytes: number;
  readonly frameType: "text" | "binary";
  readonly templatePrefix: string;
  readonly templateSuffix: string;
  /** A word of the template that stands for another text from connection to connection. @default none */
  readonly variable?: TemplateVariable;
}

/** `word` in a template is one of `values`, all of the same number of bytes: see `MessageCodec.useValue`. */
export interface TemplateVariable {
  readonly word: string;
  readonly values: readonly string[];
}

/** The part of an identity that 4096 neighbours on one connection share: kept, because neighbours come together. */
interface IdentityHead {
  connectionId: number;
  /** The first two and the next two digits of the sequence, as numbers. */
  high: number;
  middle: number;
  /** The connection's and the sequence's first four characters, as they lie in a message. */
  connectionWord: number;
  sequenceWord: number;
  crc: number;
}

const noHead: IdentityHead = { connectionId: -1, high: 0, middle: 0, connectionWord: 0, sequenceWord: 0, crc: 0 };

/** Makes the messages of a run and knows them again; `MessageCodec` those of one size, `MixedCodec` those of several. */
export interface Codec {
  /** Of the message that `matchAny` found. */
  readonly matchedConnection: number;
  encode(connectionId: number, sequence: number): EncodedMessage;
  matchKnown(view: DataView, start: number, end: number, connectionId: number): number;
  matchAny(view: DataView, start: number, end: number): number;
  useValue(index: number): void;
  scan(bytes: Buffer, start: number, end: number, found: (message: ScannedMessage) => void): void;
}

/** A message ready to be framed; valid until the codec encodes its next one. */
export interface EncodedMessage {
  /** The message in whole 32-bit words; the last one is padded with zero bytes. */
  readonly words: Int32Array;
  /** The same memory as bytes, cut to the message. */
  readonly bytes: Buffer;
  readonly isText: boolean;
}

/**
 * Makes the messages of one run and knows them again. A payload is a marker of 32 characters and filler:
 *
 *   0 - 15   "fg1." runId "."                  the same for all messages of a run
 *   16 - 19  connection, 24 bits               base 64 digits, most significant first
 *   20 - 25  sequence on the connection, 36 bits, from 1
 *   26 - 31  CRC-32 of all other payload characters
 *   32 - ... filler, one of up to 16 variants by the sequence's low bits, so that neighbours differ
 *
 * Hot: `encode` patches 16 bytes and `matchKnown` compares words; neither allocates or passes over the payload for a CRC.
 */
export class MessageCodec implements Codec {
  private readonly sizeBytes: number;
  private readonly variantMask: number;
  private readonly strideBytes: number;
  /** From the start of a message to the connection's digits. */
  private readonly identityOffset: number;
  private readonly messages: readonly EncodedMessage[];
  private readonly view: DataView;
  private readonly bytes: Buffer;
  private lastView: DataView | null = null;
  private lastBytes: Buffer = Buffer.alloc(0);
  private readonly crc: MarkerCrc;
  private readonly scanner: MarkerScanner;
  /** How its messages are made, for whoever looks for those of several codecs. */
  readonly layouts: MarkerLayouts;
  /** The variable's values as bytes, where in a message they stand, and which one each variant has now. */
  private readonly values: readonly Buffer[];
  private readonly valuePlaces: readonly number[];
  private readonly valueOfVariant: Int32Array;
  private readonly hasVariable: boolean;
  private value = 0;
  /** The connection of the message that `matchAny` found. */
  matchedConnection = -1;
  private readonly encodeHead: IdentityHead = { ...noHead };
  private readonly matchHead: IdentityHead = { ...noHead };

  /** `runId`: 11 characters of base 64 (URL order). Throws a usage error when the message has no room for the marker. */
  constructor(format: MessageFormat, runId: string) {
    if (!/^[0-9A-Za-z_-]{11}$/.test(runId)) throw new Error(`"${runId}" is no run id. This is a bug in floodgate.`);
    const { word = "", values = [] } = format.variable ?? {};
    const filled = (text: string) => Buffer.from(values.length === 0 ? text : text.replaceAll(word, () => values[0]!));
    const prefix = filled(format.templatePrefix);
    const suffix = filled(format.templateSuffix);
    const payloadBytes = format.sizeBytes - prefix.length - suffix.length;
    if (payloadBytes < markerBytes) {
      const least = prefix.length + suffix.length + markerBytes;
      throw usageError(
        `a message of "${format.sizeBytes}" bytes has no room for the marker that tells it from all others`,
        `write --size ${least} or more (${markerBytes} bytes of marker, ${least - markerBytes} of template)`,
      );
    }
    this.sizeBytes = format.sizeBytes;
    this.identityOffset = prefix.length + 16;
    this.strideBytes = Math.ceil(format.sizeBytes / 4) * 4;
    const variants = variantCount(this.strideBytes);
    this.variantMask = variants - 1;
    const memory = new ArrayBuffer(this.strideBytes * variants);
    this.view = new DataView(memory);
    this.bytes = Buffer.from(memory);
    const constant = Buffer.from(`fg1.${runId}.`);
    const payloads: Buffer[] = [];
    const random = new Xoshiro(crc32(constant));
    this.messages = Array.from({ length: variants }, (_, variant) => {
      const bytes = Buffer.from(memory, variant * this.strideBytes, format.sizeBytes);
      const words = new Int32Array(memory, variant * this.strideBytes, this.strideBytes / 4);
      prefix.copy(bytes, 0);
      const payload = bytes.subarray(prefix.length, prefix.length + payloadBytes);
      constant.copy(payload, 0);
      payload.fill(markerDigits[0]!, constant.length, markerBytes);
      for (let at = markerBytes; at < payloadBytes; at++) payload[at] = markerDigits.charCodeAt(random.u32() >>> 26);
      suffix.copy(bytes, prefix.length + payloadBytes);
      payloads.push(payload);
      return { words, bytes, isText: format.frameType === "text" };
    });
    this.values = values.map((text) => Buffer.from(text));
    this.valuePlaces = [
      ...placesOf(format.templatePrefix, word, this.values[0]),
      ...placesOf(format.templateSuffix, word, this.values[0]).map((at) => prefix.length + payloadBytes + at),
    ];
    this.hasVariable = this.valuePlaces.length > 0;
    this.valueOfVariant = new Int32Array(variants);
    this.crc = new MarkerCrc(payloads.map(crcOfPayload), payloadBytes - markerBytes);
    const layout = { payloads, sizeBytes: format.sizeBytes, crc: this.crc };
    this.layouts = {
      constant,
      prefixBytes: prefix.length,
      of: () => layout,
      ofSize: (sizeBytes) => (sizeBytes === layout.sizeBytes ? layout : undefined),
    };
    this.scanner = new MarkerScanner(this.layouts);
  }

  /**
   * The message `sequence` (1 .. 2^36 - 1) of connection `connectionId` (0 .. 2^24 - 1). Allocates nothing: the same object
   * comes again after some messages, with new bytes.
   */
  encode(connectionId: number, sequence: number): EncodedMessage {
    const variant = sequence & this.variantMask;
    if (this.hasVariable) this.showValue(variant);
    const low = sequence & 0xffffff;
    const head = this.encodeHead;
    const middle = low >>> 12;
    const high = sequence > 0xffffff ? (sequence / 0x1000000) & 4095 : 0;
    if (head.middle !== middle || head.connectionId !== connectionId || head.high !== high) {
      this.setHead(head, connectionId, high, middle);
    }
    const last = low & 4095;
    const crc = this.crc.whole(variant, head.crc, last);
    const at = variant * this.strideBytes + this.identityOffset;
    const view = this.view;
    view.setInt32(at, head.connectionWord, true);
    view.setInt32(at + 4, head.sequenceWord, true);
    view.setInt32(at + 8, digitPairs[last]! | (digitPairs[crc >>> 24]! << 16), true);
    view.setInt32(at + 12, digitPairs[(crc >>> 12) & 4095]! | (digitPairs[crc & 4095]! << 16), true);
    return this.messages[variant]!;
  }

  /**
   * The sequence (from 1) when the bytes `start` .. `end` are exactly what `encode` gave for a message of this connection,
   * else 0. Allocates nothing.
   */
  matchKnown(view: DataView, start: number, end: number, connectionId: number): number {
    if (end - start !== this.sizeBytes) return 0;
    const at = start + this.identityOffset;
    const head = this.matchHead;
    const first = view.getInt32(at + 4, true);
    const second = view.getInt32(at + 8, true);
    if (first !== head.sequenceWord || connectionId !== head.connectionId) {
      const high = pairValues[first & 0xffff]!;
      const middle = pairValues[first >>> 16]!;
      // What is no digit is negative, and so is then the whole.
      if ((high | middle) < 0) return 0;
      this.setHead(head, connectionId, high, middle);
    }
    const last = pairValues[second & 0xffff]!;
    if (last < 0) return 0;
    const variant = last & this.variantMask;
    const crc = this.crc.whole(variant, head.crc, last);
    const differences =
      ((second >>> 16) ^ digitPairs[crc >>> 24]!) |
      (view.getInt32(at + 12, true) ^ (digitPairs[(crc >>> 12) & 4095]! | (digitPairs[crc & 4095]! << 16))) |
      (view.getInt32(at, true) ^ head.connectionWord);
    if (differences !== 0) return 0;
    if (this.hasVariable) this.showValue(variant);
    const own = variant * this.strideBytes;
    if (!isSame(view, start, this.view, own, this.identityOffset)) return 0;
    const tail = this.identityOffset + 16;
    const isSameTail =
      this.sizeBytes < largeBytes
        ? isSame(view, start + tail, this.view, own + tail, this.sizeBytes - tail)
        : this.bytesOf(view).compare(this.bytes, own + tail, own + this.sizeBytes, start + tail, end) === 0;
    if (!isSameTail) return 0;
    return head.high * 0x1000000 + ((head.middle << 12) | last);
  }

  /** The same for a message of whichever connection, which `matchedConnection` then tells. */
  matchAny(view: DataView, start: number, end: number): number {
    if (end - start !== this.sizeBytes) return 0;
    const digits = view.getInt32(start + this.identityOffset, true);
    const high = pairValues[digits & 0xffff]!;
    const low = pairValues[digits >>> 16]!;
    if ((high | low) < 0) return 0;
    this.matchedConnection = (high << 12) | low;
    return this.matchKnown(view, start, end, this.matchedConnection);
  }

  /** From now on messages are made and known with value `index` of the template's variable, until the next call. */
  useValue(index: number): void {
    this.value = index;
  }

  private showValue(variant: number): void {
    if (this.valueOfVariant[variant] === this.value) return;
    this.valueOfVariant[variant] = this.value;
    const { bytes } = this.messages[variant]!;
    for (const at of this.valuePlaces) this.values[this.value]!.copy(bytes, at);
  }

  /** The memory of `view` as bytes. The same few come again and again: those that all connections read into. */
  private bytesOf(view: DataView): Buffer {
    if (view !== this.lastView) {
      this.lastView = view;
      this.lastBytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
    }
    return this.lastBytes;
  }

  private setHead(head: IdentityHead, connectionId: number, high: number, middle: number): void {
    head.connectionId = connectionId;
    head.high = high;
    head.middle = middle;
    head.connectionWord = digitPairs[connectionId >>> 12]! | (digitPairs[connectionId & 4095]! << 16);
    head.sequenceWord = digitPairs[high]! | (digitPairs[middle]! << 16);
    head.crc = this.crc.head(connectionId, high, middle);
  }

  /**
   * Finds every marker of this run in a frame that is not byte for byte one of ours: wrapped, prefixed, several in one,
   * damaged, cut off. Calls `found` in the order of the frame; says nothing when there is no marker of this run. Damage to
   * the template around an intact payload is none: targets may wrap the payload as they like.
   */
  scan(bytes: Buffer, start: number, end: number, found: (message: ScannedMessage) => void): void {
    this.scanner.scan(bytes.subarray(start, end), found);
  }
}

/** Whether `length` bytes are the same. Four words at a time, which halves the time of a kilobyte against one. */
function isSame(theirs: DataView, theirStart: number, ours: DataView, ourStart: number, length: number): boolean {
  let their = theirStart;
  let our = ourStart;
  const end = theirStart + length;
  for (; their <= end - 16; their += 16, our += 16) {
    const differences =
      (theirs.getInt32(their, true) ^ ours.getInt32(our, true)) |
      (theirs.getInt32(their + 4, true) ^ ours.getInt32(our + 4, true)) |
      (theirs.getInt32(their + 8, true) ^ ours.getInt32(our + 8, true)) |
      (theirs.getInt32(their + 12, true) ^ ours.getInt32(our + 12, true));
    if (differences !== 0) return false;
  }
  for (; their <= end - 4; their += 4, our += 4) {
    if (theirs.getInt32(their, true) !== ours.getInt32(our, true)) return false;
  }
  for (; their < end; their++, our++) {
    if (theirs.getUint8(their) !== ours.getUint8(our)) return false;
  }
  return true;
}

/** Where in the filled-in text, in bytes, the values of the variable stand. */
function placesOf(template: string, word: string, value: Buffer | undefined): readonly number[] {
  if (value === undefined) return [];
  const places: number[] = [];
  let at = 0;
  for (const part of template.split(word).slice(0, -1)) {
    at += Buffer.byteLength(part);
    places.push(at);
    at += value.length;
  }
  return places;
}

/** A power of two, so that the variant is a mask of the sequence. */
function variantCount(strideBytes: number): number {
  let count = mostVariants;
  while (count > 1 && count * strideBytes > variantMemoryBytes) count /= 2;
  return count;
}
