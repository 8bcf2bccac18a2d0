import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

/** Fixed by RFC 6455 section 1.3. */
const acceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** An HTTP answer instead of the upgrade. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
  /** Further header lines, each `Name: value`. */
  readonly headers?: readonly string[];
  /** One line for people. */
  readonly body: string;
}

/** What is wrong with an upgrade request by RFC 6455 section 4.2.1; null when nothing is. */
export function checkHandshake(request: IncomingMessage): Refusal | null {
  const { headers } = request;
  if (request.method !== "GET") return badRequest("the method of a WebSocket handshake is GET");
  if (headers.upgrade?.toLowerCase() !== "websocket") return badRequest("the Upgrade header is not websocket");
  if (headers["sec-websocket-version"] !== "13") {
    return {
      status: 426,
      reason: "Upgrade Required",
      headers: ["Sec-WebSocket-Version: 13"],
      body: "Sec-WebSocket-Version is not 13",
    };
  }
  const key = headers["sec-websocket-key"];
  if (key === undefined || !/^[+/0-9A-Za-z]{22}==$/.test(key))
    return badRequest("Sec-WebSocket-Key is not 16 bytes in base64");
  return null;
}

/** Accepts a checked request: the 101 answer, with the first subprotocol offered, if any. */
export function acceptHandshake(request: IncomingMessage): string {
  const accept = createHash("sha1")
    .update(`${request.headers["sec-websocket-key"] ?? ""}${acceptSuffix}`)
    .digest("base64");
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${accept}`,
  ];
  const subprotocol = request.headers["sec-websocket-protocol"]?.split(",")[0]?.trim();
  if (subprotocol !== undefined && subprotocol !== "") lines.push(`Sec-WebSocket-Protocol: ${subprotocol}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** Answers an upgrade request with an HTTP error and ends the connection. */
export function refuseHandshake(socket: Socket, refusal: Refusal): void {
  const body = `${refusal.body}\n`;
  const lines = [
    `HTTP/1.1 ${refusal.status} ${refusal.reason}`,
    "Connection: close",
    "Content-Type: text/plain",
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(refusal.headers ?? []),
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`);
  socket.destroySoon();
}

function badRequest(body: string): Refusal {
  return { status: 400, reason: "Bad Request", body };
}
