// A TCP server for the tests of started targets: port-server.js <port> [stubborn | fails].
// "stubborn" ignores SIGTERM; "fails" writes to stderr and ends with code 3 before it listens.
import { createServer } from "node:net";

const [port, behaviour] = process.argv.slice(2);
if (behaviour === "fails") {
  process.stderr.write("first line\nno such table: users\n");
  process.exit(3);
}
if (behaviour === "stubborn") process.on("SIGTERM", () => undefined);
createServer((socket) => socket.on("error", () => undefined)).listen(Number(port), "127.0.0.1");
