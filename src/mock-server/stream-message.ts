import { crc32 } from "../random/crc32.ts";
import { priorities } from "./stream-priorities.ts";

const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
const zero = 0x30;
const checkDigits = 8;

/** What sets one message of a stream apart from the next. */
export interface MessageShape {
  /** Its class (`priorities`), and its number within that class, from 1; rank -1 for a stream without classes. */
  readonly rank: number;
  readonly rankSequence: number;
  /** Which of the maker's sizes. */
  readonly size: number;
  /** The text in it is bytes that are no text; it leaves as a binary message. */
  readonly isBinary: boolean;
}

export const plainShape: MessageShape = { rank: -1, rankSequence: 0, size: 0, isBinary: false };

/** Where the parts lie, for one shape and one number of digits in each number. */
interface Layout {
  readonly sequenceEnd: number;
  readonly rankSequenceEnd: number;
  readonly stampEnd: number;
  readonly checkStart: number;
  readonly bytes: Buffer;
}

/**
 * Makes the messages of all streams of one server (stream-form.ts): digits and check are patched into one that is there
 * already. A message is as long as asked; the text in it gives way as the digits grow.
 */
export class StreamMessages {
  readonly #sizesBytes: readonly number[];
  readonly #layouts = new Map<number, Layout>();

  constructor(...sizesBytes: readonly number[]) {
    this.#sizesBytes = sizesBytes;
  }

  /** The message `sequence` (from 1), made at `stampUs`. Valid until the next one is made. */
  make(sequence: number, stampUs: number, shape: MessageShape = plainShape): Buffer {
    const layout = this.#layoutOf(digitsOf(sequence), digitsOf(stampUs), shape);
    const { bytes, checkStart } = layout;
    writeDigits(bytes, layout.sequenceEnd, sequence);
    writeDigits(bytes, layout.stampEnd, stampUs);
    if (shape.rank >= 0) writeDigits(bytes, layout.rankSequenceEnd, shape.rankSequence);
    const check = crc32(bytes, checkStart + checkDigits, bytes.length, crc32(bytes, 0, checkStart));
    for (let digit = 0; digit < checkDigits; digit += 1) {
      const value = (check >>> (28 - 4 * digit)) & 15;
      bytes[checkStart + digit] = value < 10 ? zero + value : 0x57 + value;
    }
    return bytes;
  }

  #layoutOf(sequenceDigits: number, stampDigits: number, shape: MessageShape): Layout {
    const { rank, size, isBinary } = shape;
    const rankDigits = rank < 0 ? 0 : digitsOf(shape.rankSequence);
    const kind = (size * (priorities.length + 1) + rank + 1) * 2 + (isBinary ? 1 : 0);
    const key = ((kind * 32 + rankDigits) * 32 + sequenceDigits) * 32 + stampDigits;
    const known = this.#layouts.get(key);
    if (known !== undefined) return known;
    const sequence = `{"seq":${"0".repeat(sequenceDigits)}`;
    const ranked =
      rank < 0 ? sequence : `${sequence},"priority":"${priorities[rank]!}","prioritySeq":${"0".repeat(rankDigits)}`;
    const stamp = `${ranked},"sentUs":${"0".repeat(stampDigits)}`;
    const head = `${stamp},"text":"`;
    const tail = `","check":"${"0".repeat(checkDigits)}"}`;
    const filler = fillerOf(Math.max(0, this.#sizesBytes[size]! - head.length - tail.length), isBinary);
    const bytes = Buffer.concat([Buffer.from(head), filler, Buffer.from(tail)]);
    const layout = {
      sequenceEnd: sequence.length,
      rankSequenceEnd: ranked.length,
      stampEnd: stamp.length,
      checkStart: bytes.length - checkDigits - 2,
      bytes,
    };
    this.#layouts.set(key, layout);
    return layout;
  }
}

/** Letters, or bytes that are in no ASCII text. */
function fillerOf(length: number, isBinary: boolean): Buffer {
  const filler = Buffer.alloc(length);
  for (let index = 0; index < length; index += 1) {
    filler[index] = isBinary ? 0x80 + (index % 0x80) : letters.charCodeAt(index % letters.length);
  }
  return filler;
}

function digitsOf(value: number): number {
  let digits = 1;
  for (let bound = 10; value >= bound; bound *= 10) digits += 1;
  return digits;
}

/** Writes the digits of `value` so that they end before `end`. */
function writeDigits(bytes: Buffer, end: number, value: number): void {
  let rest = value;
  let at = end;
  do {
    const tenth = Math.floor(rest / 10);
    at -= 1;
    bytes[at] = zero + (rest - tenth * 10);
    rest = tenth;
  } while (rest > 0);
}
