// A server of the npm package `ws` that gives every message back in an unusual way, for what floodgate's fast path does not
// take. Talks to its parent as bench/echo-server.js does: its port, and its books for each line on standard input.
//
//   node odd-server.js '{"answers":"plain"}'
//   node odd-server.js '{"answers":"fragments"}'    in fragments of 16 bytes, with a ping in the middle of each message
//   node odd-server.js '{"answers":"wrapped"}'      as a field of a JSON object
//   node odd-server.js '{"compress":true}'          agrees to permessage-deflate
//   node odd-server.js '{"keyPem":"..","certPem":".."}'    behind TLS
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { createInterface } from "node:readline";
import { WebSocketServer } from "ws";

const { answers = "plain", compress = false, keyPem, certPem } = JSON.parse(process.argv[2] ?? "{}");
const fragmentBytes = 16;
const books = { messages: 0, bytes: 0, reads: 0, opened: 0, open: 0 };

const server = keyPem === undefined ? createServer() : createSecureServer({ key: keyPem, cert: certPem });
server.on("connection", (socket) => socket.setNoDelay(true));
const sockets = new WebSocketServer({
  server,
  perMessageDeflate: compress ? { threshold: 0 } : false,
  maxPayload: 64 * 1024 * 1024,
});
const answer = { plain, fragments, wrapped }[answers];

sockets.on("connection", (socket, request) => {
  books.opened++;
  books.open++;
  const stream = request.socket;
  let messagesBefore = books.messages;
  // What one read brought is answered in one write, as a good server does.
  stream.prependListener("data", () => stream.cork());
  stream.on("data", () => {
    if (books.messages > messagesBefore) books.reads++;
    messagesBefore = books.messages;
    process.nextTick(() => stream.uncork());
  });
  socket.on("error", () => undefined);
  socket.on("close", () => books.open--);
  socket.on("message", (data, isBinary) => {
    books.messages++;
    books.bytes += data.length;
    answer(socket, data, isBinary);
  });
});

function plain(socket, data, binary) {
  socket.send(data, { binary });
}

function fragments(socket, data, binary) {
  const middle = Math.floor(data.length / fragmentBytes / 2) * fragmentBytes;
  for (let at = 0; at < data.length; at += fragmentBytes) {
    if (at === middle) socket.ping("are you there");
    const end = at + fragmentBytes;
    socket.send(data.subarray(at, end), { binary, fin: end >= data.length });
  }
}

function wrapped(socket, data) {
  socket.send(`{"type":"echo","at":${books.messages},"body":${JSON.stringify(data.toString())}}`);
}

server.listen({ port: 0, host: "127.0.0.1", backlog: 1024 }, () => {
  process.stdout.write(`${server.address().port}\n`);
});
createInterface({ input: process.stdin })
  .on("line", () => process.stdout.write(`${JSON.stringify({ ...books, atMs: performance.now() })}\n`))
  .on("close", () => process.exit(0));
