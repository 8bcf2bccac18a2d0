import type { ExpectedAnswer } from "../plan/expected-answer.ts";
import type { OddFrame } from "../wire/odd-frame.ts";
import type { HandshakeChange } from "./changed-request.ts";

/** What is done to the target. */
export type ProbeAct =
  /** Sent on an open connection, in one write. */
  | { readonly kind: "frames"; readonly frames: readonly OddFrame[] }
  /** One message whose header tells `declaredBytes`, of which `sentBytes` are really sent. */
  | { readonly kind: "oversize"; readonly declaredBytes: number; readonly sentBytes: number }
  /** An upgrade request that is not as it should be. */
  | { readonly kind: "handshake"; readonly change: HandshakeChange }
  /** So many good messages as fast as the connection takes them. */
  | { readonly kind: "message-flood"; readonly messages: number }
  /** So many good connections at once. */
  | { readonly kind: "connection-flood"; readonly connections: number };

/** What the target should answer; `judge-answer.ts` says what each answer then is. */
export type Expectation =
  /** Ends the connection, with one of these close codes. */
  | { readonly kind: "close"; readonly codes: readonly number[] }
  /** Answers a close frame with one, and ends. */
  | { readonly kind: "closing-handshake" }
  | { readonly kind: "pong"; readonly payload: string }
  /** Refuses the upgrade with one of these statuses, or closes with 1008 or a private code. */
  | { readonly kind: "refusal"; readonly statuses: readonly number[] }
  /** Refuses the upgrade, or takes it where it cares for no such thing. */
  | { readonly kind: "refusal-if-it-cares"; readonly statuses: readonly number[] }
  /** Whatever it says, as long as it says it: an answer, an error, a close frame, or nothing. */
  | { readonly kind: "any" }
  /** Says that it does not take it: a message that matches `sign` (where one is known), or a close frame. */
  | { readonly kind: "objection"; readonly sign: string | null }
  /** Takes it in and stays open. */
  | { readonly kind: "taken" }
  /** One of these, as its user says, in place of what the RFC asks for. */
  | { readonly kind: "agreed"; readonly answers: readonly ExpectedAnswer[] }
  /** Takes all, or says that it does not: 1008, 1013, a private code, HTTP 429 or 503. */
  | { readonly kind: "limit" };

export const probeGroups = ["handshake", "malformed", "unauthorised", "too-fast", "oversize"] as const;
export type ProbeGroup = (typeof probeGroups)[number];

/** One thing that no client should do, or that every server must cope with. */
export interface Probe {
  /** Stable: it is asked for and saved by it. */
  readonly name: string;
  readonly group: ProbeGroup;
  /** For people: what is sent. */
  readonly sends: string;
  /** For people: what should come. */
  readonly wants: string;
  readonly expects: Expectation;
  /** What is done, or why it cannot be. */
  readonly act: ProbeAct | { readonly kind: "none"; readonly why: string };
}
