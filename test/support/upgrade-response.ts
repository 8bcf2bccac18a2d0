import { acceptKey } from "../../src/wire/handshake.ts";

/** The head of the 101 answer to a request with this key. */
export function upgradeResponse(key: string, subprotocol?: string, extensions?: string): string {
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${acceptKey(key)}`,
  ];
  if (subprotocol !== undefined) lines.push(`Sec-WebSocket-Protocol: ${subprotocol}`);
  if (extensions !== undefined) lines.push(`Sec-WebSocket-Extensions: ${extensions}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}
