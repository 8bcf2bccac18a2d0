// The server of the benchmarks: gives every frame back, and keeps its own books. Raw sockets, one memory to read into and one
// to answer from, one write per read, so that it is not what limits a fast client. Prints its port; answers each line on
// standard input with its counts as one line of JSON; ends when standard input does.
//
// The books are asked over the pipe, not over the port: a busy port would answer late. `reads` are those that brought
// messages: messages / reads says how many arrive together, and so at least how many a client's write held.
import { createHash } from "node:crypto";
import { createServer, Socket } from "node:net";
import { createInterface } from "node:readline";

// Instants are of the epoch, so that other processes can compare them.
const epochMs = () => performance.timeOrigin + performance.now();
const books = { messages: 0, bytes: 0, reads: 0, opened: 0, open: 0 };
const mostUnsentBytes = 1024 * 1024;
const readMemory = Buffer.allocUnsafeSlow(64 * 1024);
const nothing = Buffer.alloc(0);
let answerMemory = Buffer.allocUnsafeSlow(64 * 1024);

const server = createServer({ noDelay: true, pauseOnConnect: true }, (accepted) => {
  let rest = nothing;
  let isOpen = false;
  const socket = readShared(accepted, (chunk) => {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!isOpen) {
      const end = bytes.indexOf("\r\n\r\n");
      if (end < 0) {
        rest = Buffer.from(bytes);
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
      if (books.opened++ === 0) books.firstOpenedAtMs = epochMs();
      books.lastOpenedAtMs = epochMs();
      books.open++;
      bytes = bytes.subarray(end + 4);
    }
    const whole = echoFrames(socket, bytes);
    // A copy: the next read, on whatever connection, goes into the same memory.
    rest = whole === bytes.length ? nothing : Buffer.from(bytes.subarray(whole));
    if (socket.writableLength > mostUnsentBytes) socket.pause();
  });
  socket.on("error", () => undefined);
  socket.on("close", () => (books.open -= isOpen ? 1 : 0));
  socket.on("drain", () => socket.resume());
});

/**
 * A socket around the handle of an accepted one that reads into the memory of all: docs/decisions/0011-accepted-sockets.md.
 * With `data` events this server is dearer than the clients it is to measure.
 */
function readShared(accepted, onBytes) {
  const handle = accepted._handle;
  accepted._handle = null;
  accepted.destroy();
  const callback = (length) => {
    onBytes(readMemory.subarray(0, length));
    return true;
  };
  return new Socket({ handle, onread: { buffer: readMemory, callback } });
}

function accept(key) {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

/** Answers every whole frame in `bytes` with one write; gives how many bytes they were. */
function echoFrames(socket, bytes) {
  if (answerMemory.length < bytes.length) answerMemory = Buffer.allocUnsafeSlow(bytes.length);
  const answer = answerMemory;
  const from = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const to = new DataView(answer.buffer, answer.byteOffset, answer.length);
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
    const length = short < 126 ? short : short === 126 ? from.getUint16(at + 2) : Number(from.getBigUint64(at + 2));
    const payload = at + 6 + lengthBytes;
    if (end - payload < length) break;
    const opcode = first & 15;
    if (opcode < 8 && first > 127) {
      books.messages++;
      books.bytes += length;
    }
    const key = from.getInt32(payload - 4, true);
    // The answer has no key, and so is shorter than what it answers. A pong is a ping's echo.
    answer[out] = opcode === 9 ? first + 1 : first;
    answer[out + 1] = short;
    for (let index = 0; index < lengthBytes; index++) answer[out + 2 + index] = bytes[at + 2 + index];
    out += 2 + lengthBytes;
    let index = 0;
    for (; index <= length - 4; index += 4) to.setInt32(out + index, from.getInt32(payload + index, true) ^ key, true);
    for (; index < length; index++) answer[out + index] = bytes[payload + index] ^ (key >>> (8 * (index & 3)));
    out += length;
    at = payload + length;
    if (opcode === 8) isOver = true;
  }
  if (books.messages > messagesBefore && books.reads++ === 0) books.firstMessageAtMs = epochMs();
  if (out > 0) {
    socket.write(answer.subarray(0, out));
    // What the kernel did not take at once is still to be read from there.
    if (socket.writableLength > 0) answerMemory = Buffer.allocUnsafeSlow(answer.length);
  }
  if (isOver) socket.end();
  return at;
}

server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
  process.stdout.write(`${server.address().port}\n`);
});
createInterface({ input: process.stdin })
  .on("line", () => process.stdout.write(`${JSON.stringify({ ...books, atMs: performance.now() })}\n`))
  .on("close", () => process.exit(0));
