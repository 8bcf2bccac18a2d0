import { crc32 } from "../random/crc32.ts";

const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
const zero = 0x30;
const checkDigits = 8;

/** Where the parts lie, for one number of digits in the sequence and in the stamp. */
interface Layout {
  readonly sequenceEnd: number;
  readonly stampEnd: number;
  readonly checkStart: number;
  readonly bytes: Buffer;
}

/**
 * Makes the messages of all streams of one server (stream-form.ts): digits and check are patched into one that is there
 * already. A message is as long as asked; the text in it gives way as the digits grow.
 */
export class StreamMessages {
  readonly #sizeBytes: number;
  readonly #layouts = new Map<number, Layout>();

  constructor(sizeBytes: number) {
    this.#sizeBytes = sizeBytes;
  }

  /** The message `sequence` (from 1), made at `stampUs`. Valid until the next one is made. */
  make(sequence: number, stampUs: number): Buffer {
    const layout = this.#layoutOf(digitsOf(sequence), digitsOf(stampUs));
    const { bytes, checkStart } = layout;
    writeDigits(bytes, layout.sequenceEnd, sequence);
    writeDigits(bytes, layout.stampEnd, stampUs);
    const check = crc32(bytes, checkStart + checkDigits, bytes.length, crc32(bytes, 0, checkStart));
    for (let digit = 0; digit < checkDigits; digit += 1) {
      const value = (check >>> (28 - 4 * digit)) & 15;
      bytes[checkStart + digit] = value < 10 ? zero + value : 0x57 + value;
    }
    return bytes;
  }

  #layoutOf(sequenceDigits: number, stampDigits: number): Layout {
    const key = sequenceDigits * 32 + stampDigits;
    const known = this.#layouts.get(key);
    if (known !== undefined) return known;
    const sequence = `{"seq":${"0".repeat(sequenceDigits)}`;
    const stamp = `${sequence},"sentUs":${"0".repeat(stampDigits)}`;
    const tail = `","check":"${"0".repeat(checkDigits)}"}`;
    const textBytes = Math.max(0, this.#sizeBytes - stamp.length - ',"text":"'.length - tail.length);
    const text = Array.from({ length: textBytes }, (_, index) => letters[index % letters.length]!).join("");
    const whole = `${stamp},"text":"${text}${tail}`;
    const layout = {
      sequenceEnd: sequence.length,
      stampEnd: stamp.length,
      checkStart: whole.length - checkDigits - 2,
      bytes: Buffer.from(whole),
    };
    this.#layouts.set(key, layout);
    return layout;
  }
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
