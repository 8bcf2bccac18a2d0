import { printableText } from "./printable-text.ts";

/** The head of an HTTP/1.1 answer. */
export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  /** By name in lower case; repeated ones joined by ", ". */
  readonly headers: ReadonlyMap<string, string>;
}

/** What reading gave so far. `bodyStart` is the first index behind the head, in the chunk given last. */
export type HeadReading =
  | { readonly kind: "more" }
  | { readonly kind: "head"; readonly head: ResponseHead; readonly bodyStart: number }
  | { readonly kind: "not-http"; readonly example: string }
  | { readonly kind: "too-big"; readonly example: string };

/** Larger heads are refused. */
export const maxHeadBytes = 16 * 1024;
/** More header lines are refused. */
export const maxHeadLines = 100;

const more: HeadReading = { kind: "more" };
const tokenPattern = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const statusLinePattern = /^HTTP\/1\.[01] ([1-9][0-9]{2})(?: ([^\r\n]*))?$/;
const expectedStart = "HTTP/1.";

/** Whether a text is an HTTP token (RFC 9110 section 5.6.2): header names, subprotocols. */
export function isHttpToken(text: string): boolean {
  return tokenPattern.test(text);
}

/**
 * Reads the head of an HTTP answer from chunks split anywhere. What cannot become one is refused at the first byte that
 * shows it, so that a peer that speaks something else is not waited for.
 */
export class ResponseHeadReader {
  #text = "";

  /** Takes `bytes[start, end)`; call it again with the next chunk after `more` only. */
  read(bytes: Buffer, start: number, end: number): HeadReading {
    const before = this.#text.length;
    // A head is read as Latin-1, one character per byte, so that positions in text and bytes agree.
    this.#text += bytes.toString("latin1", start, Math.min(end, start + maxHeadBytes + 4 - before));
    const text = this.#text;
    const isHttp = text.startsWith(expectedStart.slice(0, text.length));
    if (!isHttp) return { kind: "not-http", example: describeGarbage(text) };
    const from = Math.max(0, before - 3);
    const headEnd = text.indexOf("\r\n\r\n", from);
    if (text.includes("\n\n", from) && headEnd < 0) {
      return { kind: "not-http", example: "an answer with line ends that HTTP does not allow" };
    }
    if (headEnd > maxHeadBytes || (headEnd < 0 && text.length > maxHeadBytes)) {
      return { kind: "too-big", example: `an answer whose head is above ${maxHeadBytes} bytes` };
    }
    if (headEnd < 0) return more;
    return parseHead(text.slice(0, headEnd), start + headEnd + 4 - before);
  }
}

function parseHead(text: string, bodyStart: number): HeadReading {
  const [statusLine = "", ...lines] = text.split("\r\n");
  const status = statusLinePattern.exec(statusLine);
  if (status === null) return { kind: "not-http", example: describeGarbage(statusLine) };
  if (lines.length > maxHeadLines) {
    return { kind: "too-big", example: `an answer with ${lines.length} header lines, above ${maxHeadLines}` };
  }
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon));
    if (!isHttpToken(name)) return { kind: "not-http", example: describeGarbage(line) };
    const value = line.slice(colon + 1).trim();
    const key = name.toLowerCase();
    const earlier = headers.get(key);
    headers.set(key, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return { kind: "head", head: { status: Number(status[1]), reason: status[2] ?? "", headers }, bodyStart };
}

function describeGarbage(text: string): string {
  if (/^[\x14-\x17]\x03/.test(text)) return "the target answered with TLS; is the address meant to be wss://?";
  const start = printableText(text.slice(0, 40));
  return `an answer that is not HTTP: "${start}"`;
}
