import type { ConnectPlan, MessagePlan } from "../plan/plan.ts";
import type { TransportContext } from "../transport/transport-context.ts";
import { maskedPayload, oddFrameBytes } from "../wire/odd-frame.ts";
import { printableText } from "../wire/printable-text.ts";
import { changedRequest, type ChangedRequest } from "./changed-request.ts";
import { isSign } from "./expected-answers.ts";
import { ProbeConnection, type ProbeState } from "./probe-connection.ts";
import type { ProbeAnswer } from "./probe-record.ts";
import type { Expectation, Probe, ProbeAct } from "./probe.ts";

/** What all probes of a target share. */
export interface ProbeSetting {
  readonly context: TransportContext;
  readonly connect: ConnectPlan;
  readonly message: Pick<MessagePlan, "templatePrefix" | "templateSuffix">;
  /** How long an answer is waited for. */
  readonly patienceMs: number;
}

const opcode = { text: 1, ping: 9 } as const;
/** An odd message may be followed by silence: the answer to this says that the connection lives. */
const lifeSign = "alive";
/** Of a message that was no answer. */
const keptCharacters = 200;
const writtenAtOnce = 64 * 1024;
/** Messages of a flood before it is looked whether something came. */
const sentPerTurn = 64;
/** As long as the kernel takes all at once, waiting for room alone would never let what has come be read. */
const turnOfLoop = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** Does what a probe says and tells what came back. Never throws for what the target does. */
export async function makeProbe(act: ProbeAct, expects: Expectation, setting: ProbeSetting): Promise<ProbeAnswer> {
  switch (act.kind) {
    case "frames":
      return withOpen(setting, (connection) =>
        sendAndWait(connection, Buffer.concat(act.frames.map(oddFrameBytes)), expects, setting),
      );
    case "oversize":
      return withOpen(setting, (connection) => sendLarge(connection, act, expects, setting));
    case "handshake":
      return tryHandshake(changedRequest(setting.connect, act.change), expects, setting);
    case "message-flood":
      return withOpen(setting, (connection) => floodMessages(connection, act.messages, setting));
    case "connection-flood":
      return floodConnections(act.connections, setting);
  }
}

/** Whether a probe can be made: it has something to do. */
export function isPossible(probe: Probe): probe is Probe & { readonly act: ProbeAct } {
  return probe.act.kind !== "none";
}

/** Opens a good connection, logged in and ready, does with it what `use` does, and ends it. */
async function withOpen(
  setting: ProbeSetting,
  use: (connection: ProbeConnection) => Promise<ProbeAnswer>,
): Promise<ProbeAnswer> {
  const connection = open(setting);
  try {
    await greet(connection, setting);
    return connection.isOpen ? await use(connection) : answerOfUnopened(connection.state);
  } finally {
    connection.destroy();
  }
}

function open({ context, connect }: ProbeSetting): ProbeConnection {
  return new ProbeConnection(context, changedRequest(connect, "none"));
}

async function greet(connection: ProbeConnection, { connect }: ProbeSetting): Promise<void> {
  await connection.until(() => connection.isOpen, connect.timeoutMs);
  const { ready } = connect;
  let isReady = ready === null;
  connection.onText = (text) => (isReady ||= ready !== null && isSign(ready, text));
  for (const text of connect.firstMessages) connection.send(textFrame(text));
  await connection.until(() => isReady, connect.timeoutMs);
  connection.onText = null;
  connection.messages = 0;
}

async function sendAndWait(
  connection: ProbeConnection,
  bytes: Buffer,
  expects: Expectation,
  { patienceMs }: ProbeSetting,
): Promise<ProbeAnswer> {
  const ping = expects.kind === "any" ? oddFrameBytes({ opcode: opcode.ping, payload: Buffer.from(lifeSign) }) : null;
  connection.send(ping === null ? bytes : Buffer.concat([bytes, ping]));
  await connection.until(() => {
    if (expects.kind === "objection") return connection.messages > 0;
    return (expects.kind === "pong" || expects.kind === "any") && connection.lastPong !== null;
  }, patienceMs);
  return answerOf(connection, expects);
}

async function sendLarge(
  connection: ProbeConnection,
  { declaredBytes, sentBytes }: Extract<ProbeAct, { kind: "oversize" }>,
  expects: Expectation,
  { message, patienceMs }: ProbeSetting,
): Promise<ProbeAnswer> {
  const payload = Buffer.alloc(sentBytes, "a");
  payload.write(message.templatePrefix);
  if (sentBytes === declaredBytes)
    payload.write(message.templateSuffix, sentBytes - Buffer.byteLength(message.templateSuffix));
  connection.send(oddFrameBytes({ opcode: opcode.text, payload: Buffer.alloc(0), declaredBytes }));
  for (let at = 0; at < sentBytes && connection.isOpen; at += writtenAtOnce) {
    const hasRoom = connection.send(maskedPayload(payload.subarray(at, at + writtenAtOnce)));
    if (!hasRoom) await connection.until(() => connection.hasRoom, patienceMs);
    if (!connection.hasRoom) break;
    await turnOfLoop();
  }
  await connection.until(() => expects.kind === "taken" && connection.messages > 0, patienceMs);
  return answerOf(connection, expects);
}

async function tryHandshake(
  request: ChangedRequest,
  expects: Expectation,
  { context, patienceMs }: ProbeSetting,
): Promise<ProbeAnswer> {
  const connection = new ProbeConnection(context, request);
  try {
    await connection.until(() => connection.isOpen, patienceMs);
    // Some let everyone in, and close then.
    if (expects.kind === "refusal" || expects.kind === "agreed") await connection.until(() => false, patienceMs);
    return connection.isOpen ? { kind: "upgraded" } : answerOfUnopened(connection.state);
  } finally {
    connection.destroy();
  }
}

async function floodMessages(
  connection: ProbeConnection,
  count: number,
  { context, message, patienceMs }: ProbeSetting,
): Promise<ProbeAnswer> {
  const mark = "floodgate-flood-";
  let answered = 0;
  let others = 0;
  let firstOther = "";
  connection.onText = (text) => {
    const known = text.split(mark).length - 1;
    answered += known;
    if (known > 0) return;
    if (others === 0) firstOther = printableText(text.slice(0, keptCharacters));
    others += 1;
  };
  const startedMs = context.nowMs();
  let sent = 0;
  while (sent < count && connection.isOpen) {
    const text = `${message.templatePrefix}${mark}${sent}${message.templateSuffix}`;
    const hasRoom = connection.send(textFrame(text));
    sent += 1;
    if (!hasRoom) await connection.until(() => connection.hasRoom, patienceMs);
    if (sent % sentPerTurn === 0) await turnOfLoop();
  }
  for (let before = -1; connection.isOpen && answered + others < sent && answered + others > before;) {
    before = answered + others;
    await connection.until(() => answered + others >= sent, patienceMs);
  }
  if (!connection.isOpen) return answerOfUnopened(connection.state);
  return { kind: "flood", sent, answered, others, firstOther, durationMs: context.nowMs() - startedMs };
}

async function floodConnections(count: number, setting: ProbeSetting): Promise<ProbeAnswer> {
  const connections = Array.from({ length: count }, () => open(setting));
  await Promise.all(connections.map((each) => each.until(() => each.isOpen, setting.connect.timeoutMs)));
  const refused: Record<string, number> = {};
  let upgraded = 0;
  let failed = 0;
  for (const { state } of connections) {
    if (state.kind === "open") upgraded += 1;
    else if (state.kind === "status") refused[state.status] = (refused[state.status] ?? 0) + 1;
    else failed += 1;
  }
  for (const connection of connections) connection.destroy();
  return { kind: "connections", upgraded, refused, failed };
}

function answerOf({ state, lastPong, messages, firstMessage }: ProbeConnection, expects: Expectation): ProbeAnswer {
  if (state.kind !== "open") return answerOfUnopened(state);
  const hasPong = lastPong !== null;
  if (hasPong && expects.kind === "pong") return { kind: "pong", payload: lastPong };
  if (messages > 0) return { kind: "messages", count: messages, first: firstMessage };
  return hasPong ? { kind: "pong", payload: lastPong } : { kind: "silence" };
}

function answerOfUnopened(state: ProbeState): ProbeAnswer {
  if (state.kind === "opening") return { kind: "silence" };
  return state.kind === "open" ? { kind: "upgraded" } : state;
}

function textFrame(text: string): Buffer {
  return oddFrameBytes({ opcode: opcode.text, payload: Buffer.from(text) });
}
