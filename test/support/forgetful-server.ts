import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import type { ForeignServer } from "./foreign-servers.ts";

/** An echo server of the package `ws` that lets only some clients in again, once any has left. */
export async function startForgetfulServer({ returning }: { readonly returning: number }): Promise<ForeignServer> {
  let hasLost = false;
  let left = returning;
  const server = new WebSocketServer({
    ...{ host: "127.0.0.1", port: 0 },
    verifyClient: () => {
      if (!hasLost) return true;
      left -= 1;
      return left >= 0;
    },
  });
  server.on("connection", (socket) => {
    socket.on("error", () => undefined);
    socket.on("close", () => (hasLost = true));
    socket.on("message", (data: Buffer, isBinary) => socket.send(data, { binary: isBinary }));
  });
  await new Promise<void>((resolve) => server.once("listening", resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      for (const client of server.clients) client.terminate();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
