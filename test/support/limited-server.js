// A WebSocket server of known capacity: limited-server.js <port> <answers per second> [answers until it ends].
// It gives every message back, in order, through one queue that it empties at that rate by its own clock: what comes
// faster waits. Messages of connections that are gone cost it nothing.
import { WebSocketServer } from "ws";

const [port, perSecond, life = Infinity] = process.argv.slice(2).map(Number);
/** Answers it may be behind with after a pause of its own: a real server that was held up catches up, too. */
const mostSaved = perSecond / 50;
const queue = [];
let saved = 0;
let answered = 0;
let last = performance.now();

setInterval(() => {
  const now = performance.now();
  saved = Math.min(mostSaved, saved + ((now - last) * perSecond) / 1000);
  last = now;
  while (queue.length > 0 && (saved >= 1 || queue[0].socket.readyState !== queue[0].socket.OPEN)) {
    const { socket, data } = queue.shift();
    if (socket.readyState !== socket.OPEN) continue;
    socket.send(data, { binary: false });
    saved -= 1;
    answered += 1;
    if (answered >= life) process.exit(1);
  }
}, 1);

new WebSocketServer({ host: "127.0.0.1", port, perMessageDeflate: false }).on("connection", (socket) => {
  socket.on("error", () => undefined);
  socket.on("message", (data) => queue.push({ socket, data }));
});
