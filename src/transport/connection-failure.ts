import type { Failure } from "../errors/failure.ts";
import { printableText } from "../wire/printable-text.ts";
import type { ProtocolFault } from "../wire/protocol-fault.ts";
import { classifyFailure } from "./failure-classifier.ts";
import type { TransportContext } from "./transport-context.ts";

/** What an opening connection is waiting for. */
export type OpeningStep = "tcp" | "tls" | "upgrade";

/** The failure of an attempt that took longer than allowed. */
export function timeoutFailure(step: OpeningStep, { host, port, options }: TransportContext): Failure {
  const within = `within ${options.connect.timeoutMs} ms`;
  if (step === "tcp") {
    const example = `no TCP connection to ${host} port ${port} ${within}`;
    return { phase: "connect", kind: "timeout", blame: "network", example };
  }
  const missing = step === "tls" ? "no end of the TLS handshake" : "no answer to the upgrade request";
  return { phase: "handshake", kind: "timeout", blame: "target", example: `${missing} ${within}` };
}

const duringStep = {
  tcp: "while connecting",
  tls: "during the TLS handshake",
  upgrade: "before it answered the upgrade",
} as const;

/** The failure of a connection that ended before it was open, with no error to say why. A port for TLS hangs up on plain HTTP. */
export function closedEarlyFailure(step: OpeningStep, { tls }: Pick<TransportContext, "tls">): Failure {
  const hint = step === "upgrade" && tls === undefined ? "; is the address meant to be wss://?" : "";
  const example = `the target closed the connection ${duringStep[step]}${hint}`;
  return { ...classifyFailure({ error: null, closeCode: 1006, opened: false }), example };
}

/** The failure that a close frame nobody asked for is. */
export function closeFailure(closeCode: number, reason: string): Failure {
  const text = closeCode === 1005 ? "a close frame without code" : `a close frame with code ${closeCode}`;
  const example = reason === "" ? text : `${text}: "${printableText(reason)}"`;
  return { ...classifyFailure({ error: null, closeCode, opened: true }), example };
}

/** The failure of a target that broke the protocol; a message above our own limit is the configuration's. */
export function faultFailure(fault: ProtocolFault): Failure {
  const blame = fault.kind === "message-too-big" ? "config" : "target";
  return { phase: "protocol", kind: fault.kind, blame, example: fault.example };
}

/** The failure of an open connection that stopped without a close frame. */
export function abnormalFailure(isInsideMessage = false): Failure {
  const where = isInsideMessage ? " in the middle of a message" : "";
  const example = `the connection ended${where} without a close frame`;
  return { ...classifyFailure({ error: null, closeCode: 1006, opened: true }), example };
}

/** The failure that an error of the socket (or of `ws`) is. */
export function errorFailure(error: Error, opened: boolean): Failure {
  const { code, message } = describeError(error);
  return { ...classifyFailure({ error: { code, message }, closeCode: 1006, opened }), example: inPlainWords(message) };
}

/** Node joins the errors of several addresses into one that has no message of its own. */
function describeError(error: Error): { readonly code: string | undefined; readonly message: string } {
  const parts: unknown[] = error instanceof AggregateError ? error.errors : [];
  const messages = parts.filter((part) => part instanceof Error).map((part) => part.message);
  const message = error.message === "" ? messages.join("; ") : error.message;
  return { code: codeOf(error) ?? parts.map(codeOf).find((code) => code !== undefined), message };
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

const notTls = /wrong version number|packet length too long|http request|unknown protocol/;

/** What OpenSSL says of an answer that is no TLS helps nobody, and `bind EADDRNOTAVAIL 10.0.0.9` few. */
function inPlainWords(message: string): string {
  const unbound = /^bind (E[A-Z]+) (.*)$/.exec(message);
  if (unbound !== null) {
    const [, code = "", address = ""] = unbound;
    if (code === "EADDRINUSE") return `the local address ${address} has no port left (${code})`;
    return `the local address ${address} is not one of this machine (${code})`;
  }
  return notTls.test(message)
    ? "the target does not speak TLS on this port; is the address meant to be ws://?"
    : message;
}
