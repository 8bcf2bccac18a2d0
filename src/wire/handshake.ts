import { hash, randomFillSync } from "node:crypto";
import { unescape } from "node:querystring";
import { usageError } from "../errors/floodgate-error.ts";
import { printableText } from "./printable-text.ts";
import { isHttpToken, type ResponseHead } from "./response-head.ts";

const acceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const ownHeaders = new Set([
  "upgrade",
  "connection",
  "sec-websocket-key",
  "sec-websocket-version",
  "sec-websocket-extensions",
  "sec-websocket-protocol",
]);

/** What a client asks for. */
export interface UpgradeWish {
  readonly url: URL;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly subprotocols: readonly string[];
}

const keyBytes = 16;
/** Random bytes for 256 keys: asking the system for those of one costs ten times what the rest of an opening key does. */
const keyPool = Buffer.allocUnsafeSlow(256 * keyBytes);
let keyPoolUsed = keyPool.length;

/** A new random Sec-WebSocket-Key (RFC 6455 section 4.1). */
export function upgradeKey(): string {
  if (keyPoolUsed === keyPool.length) {
    randomFillSync(keyPool);
    keyPoolUsed = 0;
  }
  keyPoolUsed += keyBytes;
  return keyPool.toString("base64", keyPoolUsed - keyBytes, keyPoolUsed);
}

/** The Sec-WebSocket-Accept that answers a key (RFC 6455 section 4.2.2). */
export function acceptKey(key: string): string {
  return hash("sha1", key + acceptSuffix, "base64");
}

/**
 * The upgrade request without its key, made once for all connections: `request(key)` is the whole head, `request(key,
 * path)` the same with another path and query than the URL's.
 * Name and password in the URL become basic authorization unless an Authorization header is given.
 * Throws a usage error for headers that cannot be sent.
 */
export function upgradeRequest(wish: UpgradeWish): (key: string, path?: string) => string {
  checkHeaders(wish);
  const { url } = wish;
  const given = new Set(wish.headers.map(([name]) => name.toLowerCase()));
  const ownPath = `${url.pathname}${url.search}`;
  const lines: string[] = [];
  if (!given.has("host")) lines.push(`Host: ${url.host}`);
  const authorization = basicAuthorization(url);
  if (authorization !== undefined && !given.has("authorization")) lines.push(`Authorization: ${authorization}`);
  for (const [name, value] of wish.headers) lines.push(`${name}: ${value}`);
  lines.push("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13");
  if (wish.subprotocols.length > 0) lines.push(`Sec-WebSocket-Protocol: ${wish.subprotocols.join(", ")}`);
  const head = `${lines.join("\r\n")}\r\nSec-WebSocket-Key: `;
  return (key, path = ownPath) => `GET ${path} HTTP/1.1\r\n${head}${key}\r\n\r\n`;
}

/** `Basic ...` from the name and password of a URL; undefined when it has neither. */
export function basicAuthorization(url: URL): string | undefined {
  if (url.username === "" && url.password === "") return undefined;
  const plain = `${unescape(url.username)}:${unescape(url.password)}`;
  return `Basic ${Buffer.from(plain, "utf8").toString("base64")}`;
}

/** Refuses header names and values that HTTP cannot carry, and those that the upgrade needs for itself. */
export function checkHeaders({ headers, subprotocols }: Omit<UpgradeWish, "url">): void {
  for (const [name, value] of headers) {
    if (!isHttpToken(name)) throw usageError(`"${name}" is not a header name.`, "Write headers as 'Name: value'.");
    if (ownHeaders.has(name.toLowerCase())) {
      const hint = name.toLowerCase() === "sec-websocket-protocol" ? "Use --subprotocol." : "Leave it out.";
      throw usageError(`The header "${name}" belongs to the WebSocket handshake and cannot be set.`, hint);
    }
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      throw usageError(`The value of header "${name}" has a character that HTTP headers cannot carry.`);
    }
  }
  for (const [i, name] of subprotocols.entries()) {
    if (!isHttpToken(name)) throw usageError(`"${name}" is not a subprotocol name.`);
    if (subprotocols.indexOf(name) !== i) throw usageError(`The subprotocol "${name}" is asked for twice.`);
  }
}

/** Why an answer to the upgrade is no WebSocket; a `handshake/<kind>` failure. */
export interface HandshakeFault {
  readonly kind: string;
  readonly blame: "target" | "config";
  readonly example: string;
}

/**
 * What a 101 answer lacks to be ours: the fault, or undefined when all is well (RFC 6455 section 4.1, the list for
 * clients). No extension is ever asked for here.
 */
export function checkAcceptance(
  head: ResponseHead,
  key: string,
  subprotocols: readonly string[],
): HandshakeFault | undefined {
  const upgrade = head.headers.get("upgrade");
  if (upgrade?.toLowerCase() !== "websocket") {
    return targetFault("invalid-upgrade", `HTTP 101 with ${describeHeader("Upgrade", upgrade)}`);
  }
  const connection = head.headers.get("connection");
  const tokens = (connection ?? "").toLowerCase().split(",");
  if (!tokens.some((token) => token.trim() === "upgrade")) {
    return targetFault("invalid-upgrade", `HTTP 101 with ${describeHeader("Connection", connection)}`);
  }
  const accept = head.headers.get("sec-websocket-accept");
  if (accept !== acceptKey(key)) {
    return targetFault("invalid-accept", `HTTP 101 with ${describeHeader("Sec-WebSocket-Accept", accept)}`);
  }
  const extensions = head.headers.get("sec-websocket-extensions");
  if (extensions !== undefined && extensions.trim() !== "") {
    return targetFault("negotiation", `the target chose the extension "${cut(extensions)}", none was asked for`);
  }
  return checkSubprotocol(head.headers.get("sec-websocket-protocol"), subprotocols);
}

function checkSubprotocol(chosen: string | undefined, asked: readonly string[]): HandshakeFault | undefined {
  if (chosen === undefined) {
    if (asked.length === 0) return undefined;
    const example = `the target chose no subprotocol, asked for: ${asked.join(", ")}`;
    return { kind: "negotiation", blame: "target", example };
  }
  if (asked.includes(chosen)) return undefined;
  const wanted = asked.length === 0 ? "none was asked for" : `asked for: ${asked.join(", ")}`;
  return targetFault("negotiation", `the target chose the subprotocol "${cut(chosen)}", ${wanted}`);
}

/**
 * The fault that any other answer than 101 is: `redirect`, or `status.<code>` with the reason and the first
 * characters of the body.
 */
export function refusedUpgrade(head: ResponseHead, body: string): HandshakeFault {
  const location = head.headers.get("location");
  if (head.status >= 300 && head.status < 400 && location !== undefined) {
    const example = `HTTP ${head.status} to "${cut(location)}"; redirects are not followed, use that address itself`;
    return { kind: "redirect", blame: "config", example };
  }
  const text = printableText(body.replace(/^[0-9a-f]+\r\n/i, "")).trim();
  const status = `HTTP ${head.status} ${printableText(head.reason)}`.trim();
  return targetFault(`status.${head.status}`, text === "" ? status : `${status}: ${text.slice(0, 120)}`);
}

function targetFault(kind: string, example: string): HandshakeFault {
  return { kind, blame: "target", example };
}

function describeHeader(name: string, value: string | undefined): string {
  return value === undefined ? `no ${name} header` : `${name} "${cut(value)}"`;
}

function cut(text: string): string {
  return printableText(text).slice(0, 100);
}
