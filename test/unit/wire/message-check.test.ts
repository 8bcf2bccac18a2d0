import { crc32 as zlibCrc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { checkFound, MessageCheck } from "../../../src/wire/message-check.ts";

function withCheck(head: string, tail: string): string {
  const check = zlibCrc32(Buffer.from(`${head}${tail}`));
  return `${head}${check.toString(16).padStart(8, "0")}${tail}`;
}

function test(check: MessageCheck, message: string): number {
  const bytes = Buffer.from(`xx${message}yy`);
  return check.test(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 2, bytes.length - 2);
}

describe("the check of a message", () => {
  const good = withCheck('{"seq":12,"text":"hello","check":"', '"}');

  it("holds for the CRC-32 of all other bytes, and breaks when any of them changes", () => {
    const check = new MessageCheck('"check":"', '"');
    expect(test(check, good)).toBe(checkFound.holds);
    for (let at = 0; at < good.length; at += 1) {
      const harmed = `${good.slice(0, at)}${good[at] === "7" ? "8" : "7"}${good.slice(at + 1)}`;
      expect(test(check, harmed)).not.toBe(checkFound.holds);
    }
  });

  it("is missing where there are no eight digits between its texts", () => {
    const check = new MessageCheck('"check":"', '"');
    expect(test(check, '{"check":"0123456"}')).toBe(checkFound.missing);
    expect(test(check, '{"check":"0123456z"}')).toBe(checkFound.missing);
    expect(test(check, "{}")).toBe(checkFound.missing);
  });

  it("is found wherever it stands, though it stood elsewhere in the message before", () => {
    const check = new MessageCheck("#", "");
    for (const head of ["a#", "a#0123#", "longer than before #"]) {
      expect(test(check, withCheck(head, " tail"))).toBe(checkFound.holds);
    }
  });
});
