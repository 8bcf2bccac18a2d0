// A server such as a job in CI tests: small-server.js [service time in ms], on the port in PORT.
// It gives back every message after its service time, SERVICE_MS when no argument says it, which is what one build of it
// has over another.
import process from "node:process";
import { WebSocketServer } from "ws";

const serviceMs = Number(process.argv[2] ?? process.env.SERVICE_MS ?? 0);
const port = Number(process.env.PORT);

new WebSocketServer({ host: "127.0.0.1", port, perMessageDeflate: false }).on("connection", (socket) => {
  socket.on("error", () => undefined);
  socket.on("message", (data) => setTimeout(() => socket.send(data, { binary: false }), serviceMs));
});
