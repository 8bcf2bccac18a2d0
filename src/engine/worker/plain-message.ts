import type { OutgoingMessage } from "../../transport/transport.ts";

/** A text message that is none of the run's: a greeting, a wish. */
export function plainMessage(text: string): OutgoingMessage {
  const length = Buffer.byteLength(text);
  const words = new Int32Array(Math.ceil(length / 4));
  const bytes = Buffer.from(words.buffer, 0, length);
  bytes.write(text);
  return { words, bytes, isText: true };
}
