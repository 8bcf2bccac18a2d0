import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { leastStreamBytes } from "../../../src/mock-server/stream-form.ts";
import { StreamMessages } from "../../../src/mock-server/stream-message.ts";

interface Message {
  readonly seq: number;
  readonly sentUs: number;
  readonly text: string;
  readonly check: string;
}

describe("a message of a stream", () => {
  it.each([leastStreamBytes, 128, 5000])(
    "is JSON of %i bytes, with its number, its stamp and a check of all",
    (size) => {
      const maker = new StreamMessages(size);
      for (const [sequence, stampUs] of [
        [1, 86_400_000_123],
        [9, 0],
        [10, 999_999_999_999],
        [999_999_999, 1_000_000_000_000],
        [7, 86_400_000_123],
      ] as const) {
        const bytes = maker.make(sequence, stampUs);
        const text = bytes.toString();
        const { check, ...message } = JSON.parse(text) as Message;
        expect(message).toMatchObject({ seq: sequence, sentUs: stampUs });
        expect(bytes).toHaveLength(size);
        expect(check).toBe(
          crc32(Buffer.from(text.replace(check, "")))
            .toString(16)
            .padStart(8, "0"),
        );
      }
    },
  );

  it("grows when its digits leave no room", () => {
    const bytes = new StreamMessages(leastStreamBytes).make(999_999_999_999_999, 999_999_999_999_999);
    expect((JSON.parse(bytes.toString()) as Message).text).toBe("");
    expect(bytes.length).toBeGreaterThan(leastStreamBytes);
  });
});
