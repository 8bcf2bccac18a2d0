import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { clientFrame } from "./client-frame.ts";

/** A WebSocket client without manners: sends bytes as told and keeps what comes back. */
export class FrameClient {
  readonly socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #hasEnded = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => (this.#received = Buffer.concat([this.#received, chunk])));
    socket.on("error", () => undefined);
    socket.once("close", () => (this.#hasEnded = true));
  }

  /** Shakes hands; `headers` are further request lines. Does not read yet what follows the answer when `isPaused`. */
  static async open(url: string, headers: readonly string[] = []): Promise<FrameClient> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await once(socket, "connect");
    const client = new FrameClient(socket);
    socket.write(upgradeRequest(headers));
    await client.until(() => client.text.includes("\r\n\r\n"));
    client.#received = client.#received.subarray(client.#received.indexOf("\r\n\r\n") + 4);
    return client;
  }

  /** Everything received and not taken, as Latin-1. */
  get text(): string {
    return this.#received.toString("latin1");
  }

  get received(): Buffer {
    return this.#received;
  }

  send(first: number, payload: string | Buffer): void {
    this.socket.write(clientFrame(first, Buffer.from(payload)));
  }

  /** Resolves when the condition holds; rejects when the connection ends before. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#hasEnded) throw new Error(`the connection ended; received: ${JSON.stringify(this.text)}`);
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.socket.off("data", wake).off("close", wake);
          resolve();
        };
        this.socket.on("data", wake).on("close", wake);
      });
    }
  }

  /** Resolves when the connection is closed. */
  async ended(): Promise<void> {
    if (!this.#hasEnded) await once(this.socket, "close");
  }

  /** The code of the close frame received last; undefined when there is none. */
  closeCode(): number | undefined {
    const at = this.#received.lastIndexOf(0x88);
    return at < 0 ? undefined : this.#received.readUInt16BE(at + 2);
  }
}

function upgradeRequest(headers: readonly string[]): string {
  const lines = [
    "GET / HTTP/1.1",
    "Host: localhost",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}
