import fc from "fast-check";
import { isIP } from "node:net";
import { describe, expect, it } from "vitest";
import { readLocalAddresses } from "../../../src/profile/local-addresses.ts";

function addressesOf(text: string): readonly string[] {
  const reading = readLocalAddresses(text);
  if (reading.kind === "problem") throw new Error(reading.problem);
  return reading.value;
}

function problemOf(text: string): string {
  const reading = readLocalAddresses(text);
  return reading.kind === "problem" ? reading.problem : "none";
}

describe("local addresses", () => {
  it.each([
    ["127.0.0.2", ["127.0.0.2"]],
    ["127.0.0.2, 10.0.0.1", ["127.0.0.2", "10.0.0.1"]],
    ["127.0.0.254-127.0.1.1", ["127.0.0.254", "127.0.0.255", "127.0.1.0", "127.0.1.1"]],
    ["10.0.0.7-10.0.0.7,::1", ["10.0.0.7", "::1"]],
    ["fd00::fffe-fd00::1:1", ["fd00::fffe", "fd00::ffff", "fd00::1:0", "fd00::1:1"]],
    ["::ffff:10.0.0.1-::ffff:10.0.0.2", ["::ffff:a00:1", "::ffff:a00:2"]],
    ["fe80::1%br-lan", ["fe80::1%br-lan"]],
  ])("reads %s in the order written", (text, addresses) => {
    expect(addressesOf(text)).toEqual(addresses);
  });

  it.each([
    ["", 'names "", which is no IP address'],
    ["127.0.0.1,", 'names "", which is no IP address'],
    ["127.0.0.300", 'names "127.0.0.300", which is no IP address'],
    ["localhost", 'names "localhost", which is no IP address'],
    ["10.0.0.0/24", 'names "10.0.0.0/24", which is no IP address'],
    ["10.0.0.1-eth0", 'names "eth0", which is no IP address'],
    ["10.0.0.1-10.0.0.2-10.0.0.3", 'names "10.0.0.1-10.0.0.2-10.0.0.3", which is no IP address'],
    ["10.0.0.1-::1", "has a range from 10.0.0.1 to ::1"],
    ["10.0.0.9-10.0.0.2", "has a range that ends before it begins"],
    ["10.0.0.1-10.9.0.1", "names more than 10000 addresses"],
    ["::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "names more than 10000 addresses"],
  ])("refuses %j", (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });

  it("gives as many different addresses as a range spans, its ends first and last", () => {
    const range = fc.record({
      first: fc.integer({ min: 0, max: 2 ** 32 - 1001 }),
      more: fc.integer({ min: 0, max: 1000 }),
    });
    fc.assert(
      fc.property(range, ({ first, more }) => {
        const [from, to] = [first, first + more].map((number) =>
          [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join("."),
        );
        const addresses = addressesOf(`${from!}-${to!}`);
        expect(new Set(addresses).size).toBe(more + 1);
        expect([addresses[0], addresses.at(-1)]).toEqual([from, to]);
        expect(addresses.every((address) => isIP(address) === 4)).toBe(true);
      }),
    );
  });
});
