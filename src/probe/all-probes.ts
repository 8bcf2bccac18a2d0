import type { OddFrame } from "../wire/odd-frame.ts";
import type { HandshakeChange } from "./changed-request.ts";
import type { Expectation, Probe } from "./probe.ts";

/** What is known of the target, and how much traffic probing may make. */
export interface ProbeScope {
  /** The target asks for credentials, and they are given. */
  readonly hasCredentials: boolean;
  /** Messages that the target must not take, as its user says. */
  readonly badMessages: readonly string[];
  /** How it says so, as a text or `/regex/`; null when that is not known. */
  readonly refusalSign: string | null;
  /** The largest message that the target is to take, bytes; null when that is not known. */
  readonly messageLimitBytes: number | null;
  /** Bytes really sent of a message that is too large. */
  readonly oversizeBytes: number;
  /** Messages of the flood. */
  readonly floodMessages: number;
  /** Connections of the flood. */
  readonly floodConnections: number;
}

const opcode = { continuation: 0, text: 1, binary: 2, unknown: 3, close: 8, ping: 9, unknownControl: 11 } as const;
/** What no server can mean to take in. */
const declaredBytes = 2 ** 31;
const pingPayload = "probe";
const protocolError: Expectation = { kind: "close", codes: [1002] };
const notUtf8: Expectation = { kind: "close", codes: [1007] };
const ascii = (text: string): Uint8Array => Buffer.from(text);

/** Every probe, in the order they are made: harmless ones first, so that one that kills the target costs few others. */
export function allProbes(scope: ProbeScope): readonly Probe[] {
  return [
    ...manners(),
    ...brokenHandshakes(),
    ...credentials(scope),
    ...oddMessages(),
    ...badMessages(scope),
    ...brokenFrames(),
    ...floods(scope),
    ...tooLarge(scope),
  ];
}

function framed(name: string, sends: string, wants: string, expects: Expectation, ...frames: OddFrame[]): Probe {
  return { name, group: "malformed", sends, wants, act: { kind: "frames", frames }, expects };
}

/** What every server has to do when nothing is wrong (RFC 6455 sections 5.5.1 and 5.5.2). */
function manners(): readonly Probe[] {
  const pong = { kind: "pong", payload: pingPayload } as const;
  const closing = { kind: "closing-handshake" } as const;
  return [
    framed("ping", "a ping", "a pong with the same payload", pong, {
      opcode: opcode.ping,
      payload: ascii(pingPayload),
    }),
    framed("close", "a close frame with code 1000", "a close frame, then the end", closing, {
      opcode: opcode.close,
      payload: Uint8Array.of(0x03, 0xe8),
    }),
  ];
}

function handshake(
  change: HandshakeChange,
  sends: string,
  statuses: readonly number[],
  more: Partial<Pick<Probe, "name" | "group" | "wants" | "expects">> = {},
): Probe {
  return {
    name: change,
    group: "handshake",
    sends,
    wants: `HTTP ${statuses.join(" or ")}`,
    act: { kind: "handshake", change },
    expects: { kind: "refusal", statuses },
    ...more,
  };
}

/** RFC 6455 section 4.2. */
function brokenHandshakes(): readonly Probe[] {
  const anyPath = { kind: "refusal-if-it-cares", statuses: [404, 400, 403] } as const;
  return [
    handshake("wrong-version", "an upgrade request of version 12", [426, 400]),
    handshake("no-key", "an upgrade request without a key", [400]),
    handshake("short-key", "an upgrade request with a key of 4 bytes", [400]),
    handshake("wrong-method", "an upgrade request by POST", [405, 400]),
    handshake("no-upgrade", "an ordinary request for the same path", [426, 400, 404, 200]),
    handshake("wrong-path", "an upgrade request for a path that is not there", [404, 400, 403], {
      wants: "HTTP 404",
      expects: anyPath,
    }),
  ];
}

function credentials({ hasCredentials }: ProbeScope): readonly Probe[] {
  const expected = [401, 403] as const;
  const more = { group: "unauthorised", wants: "HTTP 401 or 403, or close 1008" } as const;
  const probes = [
    handshake("no-credentials", "an upgrade request without the credentials", expected, more),
    handshake("wrong-credentials", "an upgrade request with wrong credentials", expected, more),
  ];
  if (hasCredentials) return probes;
  const why = "the target was given no credentials that could be left out (--bearer, --header, the URL)";
  return probes.map((probe) => ({ ...probe, act: { kind: "none", why } }));
}

/** What only the application can find wrong. It may say so in its own way, but not by breaking the connection. */
function oddMessages(): readonly Probe[] {
  const wants = "an answer, an error, a close frame or nothing";
  const odd = (name: string, sends: string, kind: number, payload: Uint8Array): Probe =>
    framed(name, sends, wants, { kind: "any" }, { opcode: kind, payload });
  const bytes = Uint8Array.from({ length: 64 }, (_, index) => (index * 37) & 255);
  return [
    odd("broken-json", 'the text {"type": and no more', opcode.text, ascii('{"type":')),
    odd("deep-json", "5,000 opening brackets", opcode.text, ascii("[".repeat(5000))),
    odd("empty-message", "a text message without a byte", opcode.text, new Uint8Array(0)),
    odd("binary-message", "a binary message of odd bytes", opcode.binary, bytes),
  ];
}

/** What the target's user says that it must not take. */
function badMessages({ badMessages: texts, refusalSign }: ProbeScope): readonly Probe[] {
  const wants = refusalSign === null ? "an error or a close frame" : `${refusalSign}, or a close frame`;
  return texts.map((text, index) =>
    framed(
      `bad-message-${index + 1}`,
      `the message ${text}`,
      wants,
      { kind: "objection", sign: refusalSign },
      { opcode: opcode.text, payload: ascii(text) },
    ),
  );
}

/** RFC 6455 sections 5.1 to 5.5, 7.1.5 and 8.1. */
function brokenFrames(): readonly Probe[] {
  const hello = ascii("hello");
  const broken = (name: string, sends: string, ...frames: OddFrame[]): Probe =>
    framed(name, sends, "close 1002", protocolError, ...frames);
  const badText = (name: string, sends: string, ...frames: OddFrame[]): Probe =>
    framed(name, sends, "close 1007", notUtf8, ...frames);
  const text = (payload: Uint8Array, more: Partial<OddFrame> = {}): OddFrame => ({
    ...{ opcode: opcode.text, payload, ...more },
  });
  const ping = (payload: Uint8Array, more: Partial<OddFrame> = {}): OddFrame => ({
    ...{ opcode: opcode.ping, payload, ...more },
  });
  const close = (...payload: number[]): OddFrame => ({ opcode: opcode.close, payload: Uint8Array.from(payload) });
  return [
    broken("unmasked", "a frame without mask", text(hello, { isMasked: false })),
    broken("reserved-bits", "a frame with reserved bits set", text(hello, { reserved: 7 })),
    broken("unknown-opcode", "a frame with opcode 3", text(hello, { opcode: opcode.unknown })),
    broken("unknown-control", "a frame with opcode 11", text(hello, { opcode: opcode.unknownControl })),
    broken("fragmented-ping", "a ping in fragments", ping(hello, { isFinal: false })),
    broken("long-ping", "a ping of 126 bytes", ping(new Uint8Array(126))),
    broken("lone-continuation", "a continuation of nothing", text(hello, { opcode: opcode.continuation })),
    broken("interrupted-message", "a message inside an unfinished one", text(hello, { isFinal: false }), text(hello)),
    broken("close-half-code", "a close frame of one byte", close(3)),
    broken("close-bad-code", "a close frame with code 1005", close(0x03, 0xed)),
    badText("invalid-utf8", "a text message that is no UTF-8", text(Uint8Array.of(0x68, 0xc3, 0x28))),
    badText(
      "invalid-utf8-fragments",
      "a text in two fragments that is no UTF-8",
      text(Uint8Array.of(0x68, 0xc3), { isFinal: false }),
      { opcode: opcode.continuation, payload: Uint8Array.of(0x28) },
    ),
  ];
}

function floods({ floodMessages, floodConnections }: ProbeScope): readonly Probe[] {
  const probe = (name: string, sends: string, wants: string, act: Probe["act"]): Probe => ({
    ...{ name, group: "too-fast", sends, wants, act, expects: { kind: "limit" } },
  });
  return [
    probe(
      "message-flood",
      `${floodMessages} messages as fast as they are taken`,
      "all of them taken, or close 1008 or 1013",
      { kind: "message-flood", messages: floodMessages },
    ),
    probe("connection-flood", `${floodConnections} connections at once`, "all of them opened, or HTTP 429 or 503", {
      ...{ kind: "connection-flood", connections: floodConnections },
    }),
  ];
}

function tooLarge({ oversizeBytes, messageLimitBytes }: ProbeScope): readonly Probe[] {
  const limit: Expectation = { kind: "close", codes: [1009] };
  const known = (bytes: number): Probe["act"] =>
    messageLimitBytes === null
      ? { kind: "none", why: "the largest message that the target takes is not known (--message-limit)" }
      : { kind: "oversize", declaredBytes: bytes, sentBytes: bytes };
  const least = messageLimitBytes ?? 0;
  const probe = (name: string, sends: string, act: Probe["act"], expects: Expectation): Probe => ({
    ...{ name, group: "oversize", sends, wants: expects === limit ? "close 1009" : "that it is taken", act, expects },
  });
  return [
    probe("largest-message", "the largest message that may be sent", known(least), { kind: "taken" }),
    probe("one-byte-over", "a message one byte larger than may be sent", known(least + 1), limit),
    probe(
      "oversize",
      "a message of 2 GiB by its header, of which a part follows",
      { kind: "oversize", declaredBytes, sentBytes: oversizeBytes },
      limit,
    ),
  ];
}
