import { createServer } from "node:net";

/** Why no connection can begin at this local address, as the system's code (`EADDRNOTAVAIL` ...); null when one can. */
export function whyNotBindable(address: string): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host: address, port: 0, exclusive: true }, () => server.close(() => resolve(null)));
  });
}
