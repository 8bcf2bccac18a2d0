import { isIP, isIPv4 } from "node:net";
import { readProblem, readValue, type Reading } from "../plan/reading.ts";

/** More than any machine has; a range that names more is a slip of the pen. */
const mostAddresses = 10_000;
const example = "write addresses of this machine, for example 127.0.0.2 or 10.0.0.2-10.0.0.9";

/** Addresses in the order written: `127.0.0.1,127.0.0.4-127.0.0.6,::1`. A range has both its ends. */
export function readLocalAddresses(text: string): Reading<readonly string[]> {
  const addresses: string[] = [];
  for (const part of text.split(",").map((item) => item.trim())) {
    const range = readRange(part);
    if (range.kind === "problem") return range;
    if (addresses.length + range.value.count > mostAddresses) {
      return readProblem(
        `names more than ${mostAddresses} addresses`,
        "name fewer; one address has about 28,000 ports",
      );
    }
    for (let index = 0; index < range.value.count; index += 1) addresses.push(range.value.nth(index));
  }
  return readValue(addresses);
}

interface AddressRange {
  readonly count: number;
  nth(index: number): string;
}

function readRange(text: string): Reading<AddressRange> {
  // The zone of an IPv6 address (fe80::1%br-lan) may have a hyphen in it.
  if (isIP(text) !== 0) return readValue({ count: 1, nth: () => text });
  const [first, last, ...more] = text.split("-").map((end) => end.trim());
  if (last === undefined || more.length > 0) return readProblem(`names "${text}", which is no IP address`, example);
  for (const end of [first!, last]) {
    if (isIP(end) === 0 || end.includes("%")) return readProblem(`names "${end}", which is no IP address`, example);
  }
  if (isIP(first!) !== isIP(last)) {
    return readProblem(`has a range from ${first!} to ${last}`, "both ends must be IPv4, or both IPv6");
  }
  const from = numberOf(first!);
  const count = numberOf(last) - from + 1n;
  if (count < 1n) return readProblem(`has a range that ends before it begins`, `write ${last}-${first!}`);
  const print = isIPv4(first!) ? ipv4Of : ipv6Of;
  // What is cut here is refused for its number anyhow.
  return readValue({ count: Number(count), nth: (index) => print(from + BigInt(index)) });
}

/** An address as one number; network byte order. */
function numberOf(address: string): bigint {
  if (isIPv4(address)) return address.split(".").reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const [head = "", tail] = withoutDots(address).split("::");
  const front = groupsOf(head);
  const back = tail === undefined ? [] : groupsOf(tail);
  const gap = Array.from({ length: 8 - front.length - back.length }, () => 0n);
  return [...front, ...gap, ...back].reduce((sum, group) => sum * 65_536n + group, 0n);
}

/** `::ffff:10.0.0.1` has its last two groups written as IPv4. */
function withoutDots(address: string): string {
  return address.replace(/[\d.]+$/, (end) => {
    if (!end.includes(".")) return end;
    const number = numberOf(end);
    return `${(number >> 16n).toString(16)}:${(number & 0xffffn).toString(16)}`;
  });
}

function groupsOf(text: string): readonly bigint[] {
  return text === "" ? [] : text.split(":").map((group) => BigInt(`0x${group}`));
}

function ipv4Of(number: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (number >> shift) & 255n).join(".");
}

/** In the shortest form (RFC 5952), as URLs have it. */
function ipv6Of(number: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((number >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}
