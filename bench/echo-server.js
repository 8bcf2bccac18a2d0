// The server of the benchmarks: gives every frame back, and keeps its own books. Raw sockets, frames unmasked in place, one
// write per read, so that it is not what limits a fast client. Prints its port; answers each line on standard input
// with its counts as one line of JSON; ends when standard input does.
//
// The books are asked over the pipe, not over the port: a busy port would answer late. `reads` are those that brought
// messages: messages / reads says how many arrive together, and so at least how many a client's write held.
import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

const books = { messages: 0, bytes: 0, reads: 0, opened: 0, open: 0 };
const mostUnsentBytes = 1024 * 1024;

const server = createServer({ noDelay: true }, (socket) => {
  let rest = Buffer.alloc(0);
  let isOpen = false;
  socket.on("error", () => undefined);
  socket.on("close", () => (books.open -= isOpen ? 1 : 0));
  socket.on("drain", () => socket.resume());
  socket.on("data", (chunk) => {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!isOpen) {
      const end = bytes.indexOf("\r\n\r\n");
      if (end < 0) {
        rest = bytes;
        return;
      }
      const key = /^sec-websocket-key: *(\S+)/im.exec(bytes.toString("latin1", 0, end))?.[1];
      if (key === undefined) {
        socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
        return;
      }
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept(key)}\r\n\r\n`,
      );
      isOpen = true;
      books.opened++;
      books.open++;
      // A copy: the answer is written into the same memory.
      bytes = Buffer.from(bytes.subarray(end + 4));
    }
    rest = echoFrames(socket, bytes);
    if (socket.writableLength > mostUnsentBytes) socket.pause();
  });
});

function accept(key) {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

/** Answers every whole frame in `bytes` with one write, in the same memory, and gives what is left over. */
function echoFrames(socket, bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = bytes.length;
  let at = 0;
  let out = 0;
  let isOver = false;
  const messagesBefore = books.messages;
  while (end - at >= 6) {
    const first = bytes[at];
    const short = bytes[at + 1] & 127;
    const lengthBytes = short < 126 ? 0 : short === 126 ? 2 : 8;
    if (end - at < 6 + lengthBytes) break;
    const length = short < 126 ? short : short === 126 ? view.getUint16(at + 2) : Number(view.getBigUint64(at + 2));
    const payload = at + 6 + lengthBytes;
    if (end - payload < length) break;
    const opcode = first & 15;
    if (opcode < 8 && first > 127) {
      books.messages++;
      books.bytes += length;
    }
    const key = view.getInt32(payload - 4, true);
    // The answer has no key and so is shorter: the place written is always behind the place read. A pong is a ping's echo.
    bytes[out] = opcode === 9 ? first + 1 : first;
    bytes[out + 1] = short;
    for (let index = 0; index < lengthBytes; index++) bytes[out + 2 + index] = bytes[at + 2 + index];
    out += 2 + lengthBytes;
    let index = 0;
    for (; index <= length - 4; index += 4)
      view.setInt32(out + index, view.getInt32(payload + index, true) ^ key, true);
    for (; index < length; index++) bytes[out + index] = bytes[payload + index] ^ (key >>> (8 * (index & 3)));
    out += length;
    at = payload + length;
    if (opcode === 8) isOver = true;
  }
  if (books.messages > messagesBefore) books.reads++;
  const left = at === end ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at));
  if (out > 0) socket.write(bytes.subarray(0, out));
  if (isOver) socket.end();
  return left;
}

server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
  process.stdout.write(`${server.address().port}\n`);
});
createInterface({ input: process.stdin })
  .on("line", () => process.stdout.write(`${JSON.stringify({ ...books, atMs: performance.now() })}\n`))
  .on("close", () => process.exit(0));
