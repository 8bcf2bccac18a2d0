import { MarkerScanner, type ScannedMessage } from "./marker-scanner.ts";
import { MessageCodec, type Codec, type EncodedMessage, type MessageFormat } from "./message-codec.ts";

/** Which message is of which size and kind: a plan's mix fits. Asked anew for each message, so it must answer alike. */
export interface KindsOfMessages {
  /** The place of its size among those of the codec. `sequence` from 1. */
  sizeOf(connectionId: number, sequence: number): number;
  isBinary(connectionId: number, sequence: number): boolean;
}

/**
 * The codec of a run whose messages have several sizes, or are text and binary: one codec for each size, of which connection
 * and sequence choose. A message that has another size than it should have is none of ours, though its bytes be in order.
 */
export class MixedCodec implements Codec {
  private readonly kinds: KindsOfMessages;
  private readonly codecs: readonly MessageCodec[];
  private readonly sizes: Int32Array;
  private readonly scanner: MarkerScanner;
  /** The one that `encode` gives: the bytes are those of the size, the kind of frame is the message's own. */
  private readonly encoded: { -readonly [K in keyof EncodedMessage]: EncodedMessage[K] };
  private value = 0;
  matchedConnection = -1;

  /** `sizes`: different ones, bytes of a whole message. Throws a usage error when one has no room for the marker. */
  constructor(
    format: Omit<MessageFormat, "sizeBytes" | "frameType">,
    sizes: readonly number[],
    kinds: KindsOfMessages,
    runId: string,
  ) {
    this.kinds = kinds;
    this.sizes = Int32Array.from(sizes);
    this.codecs = sizes.map((sizeBytes) => new MessageCodec({ ...format, sizeBytes, frameType: "text" }, runId));
    // What a marker says of itself says how long its payload has to be.
    this.scanner = new MarkerScanner({
      ...this.codecs[0]!.layouts,
      of: (connectionId, sequence) => {
        const codec = this.codecs[kinds.sizeOf(connectionId, sequence)]!;
        return codec.layouts.of(connectionId, sequence);
      },
      ofSize: (sizeBytes) => this.codecs[this.sizes.indexOf(sizeBytes)]?.layouts.ofSize(sizeBytes),
    });
    this.encoded = { ...this.codecs[0]!.encode(0, 1) };
  }

  encode(connectionId: number, sequence: number): EncodedMessage {
    const codec = this.codecs[this.kinds.sizeOf(connectionId, sequence)]!;
    codec.useValue(this.value);
    const { words, bytes } = codec.encode(connectionId, sequence);
    const { encoded } = this;
    encoded.words = words;
    encoded.bytes = bytes;
    encoded.isText = !this.kinds.isBinary(connectionId, sequence);
    return encoded;
  }

  matchKnown(view: DataView, start: number, end: number, connectionId: number): number {
    const size = this.sizes.indexOf(end - start);
    if (size < 0) return 0;
    const codec = this.codecs[size]!;
    codec.useValue(this.value);
    const sequence = codec.matchKnown(view, start, end, connectionId);
    return sequence > 0 && this.kinds.sizeOf(connectionId, sequence) === size ? sequence : 0;
  }

  matchAny(view: DataView, start: number, end: number): number {
    const size = this.sizes.indexOf(end - start);
    if (size < 0) return 0;
    const codec = this.codecs[size]!;
    codec.useValue(this.value);
    const sequence = codec.matchAny(view, start, end);
    this.matchedConnection = codec.matchedConnection;
    return sequence > 0 && this.kinds.sizeOf(this.matchedConnection, sequence) === size ? sequence : 0;
  }

  useValue(index: number): void {
    this.value = index;
  }

  scan(bytes: Buffer, start: number, end: number, found: (message: ScannedMessage) => void): void {
    this.scanner.scan(bytes.subarray(start, end), found);
  }
}
