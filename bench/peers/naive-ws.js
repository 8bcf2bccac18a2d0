// What one writes in ten minutes with the npm package `ws`: the peer that floodgate is measured beside. Text messages of
// `size` bytes with an id, a Map from id to instant, two clock readings and one histogram value per message.
//
//   node naive-ws.js '{"url":"ws://127.0.0.1:1234","connections":50,"seconds":5,"size":64,"inFlight":16}'
//   node naive-ws.js '{..., "ratePerSecond":10000}'     open loop, a timer each millisecond, catching up
//   node naive-ws.js '{..., "isCorked":true}'           what a connection sends in one turn goes into one write
//   node naive-ws.js '{..., "warmSeconds":1}'           load before the measured seconds; `sent` counts it, the times do not
//   node naive-ws.js '{..., "compress":true}'           with permessage-deflate
//   node naive-ws.js '{..., "idle":true}'               connections only
//
// Prints one line of JSON: {"sent":..,"received":..,"latencyUs":{"p50":..,"p99":..},"slipUs":{"p50":..,"p99":..}}
import { build } from "hdr-histogram-js";
import { WebSocket } from "ws";

const {
  url,
  connections,
  seconds,
  size,
  inFlight = 1,
  ratePerSecond = null,
  warmSeconds = 0,
  isCorked = false,
  compress = false,
  idle = false,
} = JSON.parse(process.argv[2]);
const histogram = () =>
  build({ lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 });
const latency = histogram();
const slip = histogram();
const sentAt = new Map();
let nextId = 1;
let received = 0;
let isStopping = false;

function send(socket, intendedAt) {
  const id = nextId++;
  const now = performance.now();
  sentAt.set(id, intendedAt ?? now);
  if (intendedAt !== undefined) slip.recordValue(Math.max(1, Math.round((now - intendedAt) * 1000)));
  if (isCorked) corkForThisTurn(socket);
  socket.send(`${id}:`.padEnd(size, "x"));
}

/** `ws` has no public way to do this. */
function corkForThisTurn(socket) {
  const stream = socket._socket;
  if (stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

function onMessage(socket, data) {
  const id = parseInt(data.toString(), 10);
  const at = sentAt.get(id);
  if (at === undefined) return;
  sentAt.delete(id);
  received++;
  latency.recordValue(Math.max(1, Math.round((performance.now() - at) * 1000)));
  if (ratePerSecond === null && !isStopping) send(socket);
}

function open() {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: compress, rejectUnauthorized: false });
    socket.on("message", (data) => onMessage(socket, data));
    socket.on("open", () => resolve(socket));
    socket.on("error", reject);
  });
}

const sockets = [];
while (sockets.length < connections) {
  const batch = Math.min(100, connections - sockets.length);
  sockets.push(...(await Promise.all(Array.from({ length: batch }, open))));
}
if (!idle && ratePerSecond === null) {
  for (const socket of sockets) for (let k = 0; k < inFlight; k++) send(socket);
}
const allSeconds = warmSeconds + seconds;
setTimeout(() => {
  latency.reset();
  slip.reset();
}, warmSeconds * 1000);
if (ratePerSecond !== null) {
  const startedAt = performance.now();
  let due = 0;
  const timer = setInterval(() => {
    const now = performance.now() - startedAt;
    if (now >= allSeconds * 1000) clearInterval(timer);
    const until = Math.ceil((Math.min(now, allSeconds * 1000) * ratePerSecond) / 1000);
    for (; due < until; due++) send(sockets[due % sockets.length], startedAt + (due * 1000) / ratePerSecond);
  }, 1);
}
await new Promise((resolve) => setTimeout(resolve, allSeconds * 1000));
isStopping = true;
const drainUntil = performance.now() + 2000;
while (sentAt.size > 0 && performance.now() < drainUntil) await new Promise((resolve) => setTimeout(resolve, 10));
const quantiles = (one) => ({ p50: one.getValueAtPercentile(50), p99: one.getValueAtPercentile(99) });
process.stdout.write(
  `${JSON.stringify({ sent: nextId - 1, received, latencyUs: quantiles(latency), slipUs: ratePerSecond === null ? null : quantiles(slip) })}\n`,
);
for (const socket of sockets) socket.terminate();
