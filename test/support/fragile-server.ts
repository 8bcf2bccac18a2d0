import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import type { ForeignServer } from "./foreign-servers.ts";

/** What a server does wrong. */
export interface FragileOptions {
  /** Upon a breach of the protocol: ends every session, or ends every session and is gone. */
  readonly onBreach?: "ends-others" | "dies";
  /** Does not look whether text is UTF-8. */
  readonly takesAnyText?: boolean;
  /** Upon a message that is no JSON: every session loses what it sends next. */
  readonly forgetsOthersUponBadJson?: boolean;
  /** Answers only so many messages of a session. */
  readonly answersAtMost?: number;
  /** Answers a larger message with an error, and stays open. */
  readonly saysTooLargeBeyond?: number;
  /** Answers this and later messages of a session with the wish that they came more slowly. */
  readonly saysTooFastAfter?: number;
  /** The token that has to be there, but not which one. */
  readonly takesAnyToken?: boolean;
}

/** An echo server of the package `ws` with a planted defect. */
export async function startFragileServer(options: FragileOptions): Promise<ForeignServer> {
  const server = new WebSocketServer({
    ...{ host: "127.0.0.1", port: 0, maxPayload: 1024 * 1024 },
    ...(options.takesAnyText === true && { skipUTF8Validation: true }),
    verifyClient: ({ req }: { req: IncomingMessage }) =>
      options.takesAnyToken !== true || req.headers.authorization !== undefined,
  });
  let messagesToForget = 0;
  const endOthers = () => {
    for (const client of server.clients) client.terminate();
  };
  server.on("connection", (socket) => {
    let answered = 0;
    socket.on("error", () => {
      if (options.onBreach !== undefined) endOthers();
      if (options.onBreach === "dies") server.close();
    });
    socket.on("message", (data: Buffer, isBinary) => {
      if (options.forgetsOthersUponBadJson === true && data.toString() === '{"type":') messagesToForget = 4;
      else if (messagesToForget > 0) {
        messagesToForget -= 1;
        return;
      }
      const { saysTooLargeBeyond = Infinity, saysTooFastAfter = Infinity } = options;
      answered += 1;
      if (data.length > saysTooLargeBeyond) {
        socket.send('{"error":"too large"}');
        return;
      }
      if (answered > saysTooFastAfter) {
        socket.send('{"error":"slow down"}');
        return;
      }
      if (answered <= (options.answersAtMost ?? Infinity)) socket.send(data, { binary: isBinary });
    });
  });
  await new Promise<void>((resolve) => server.once("listening", resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      endOthers();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
