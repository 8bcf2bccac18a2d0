import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import type { ForeignServer } from "./foreign-servers.ts";

export interface JobServerOptions {
  /** Jobs of a key that run at a time. */
  readonly concurrency: number;
  readonly jobMs: number;
  /** Jobs of a key that may wait. */
  readonly limit?: number;
  /** What it does wrong, to every tenth job. */
  readonly defect?: "runs-refused" | "starts-again" | "completes-again" | "cancels-unasked" | "never-starts";
  /** Says nothing of starts. */
  readonly isTaciturn?: boolean;
}

/** What it says and hears, as settings of a profile. */
export const jobServerForm = {
  form: {
    submit: "JOB {{key}} {{id}} {{padding}}",
    cancel: "DROP {{id}} {{key}}",
    accepted: "/^OK /",
    started: "/^BEGIN /",
    completed: "/^END /",
    refused: "/^BUSY /",
    cancelled: "/^DROPPED /",
    tooLate: "/^LATE /",
  },
  statistics: {
    request: "STATUS",
    answer: "/^STATUS /",
    submitted: "in=(?<count>\\d+)",
    completed: "/done=(?<count>\\d+)$/",
  },
} as const;

interface Job {
  readonly id: string;
  readonly socket: WebSocket;
  readonly number: number;
}

/** A job queue of the npm package `ws`, in this process, that speaks in lines: `JOB key id`, `OK id`, `BEGIN id`, `END id`. */
export async function startJobServer(options: JobServerOptions): Promise<ForeignServer> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
  const desk = new Desk(options);
  server.on("connection", (socket) => {
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer) => desk.hear(socket, data.toString().split(" ")));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", reject);
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      for (const client of server.clients) client.terminate();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

class Desk {
  readonly #options: JobServerOptions;
  readonly #waiting = new Map<string, Job[]>();
  readonly #running = new Map<string, number>();
  #submitted = 0;
  #completed = 0;

  constructor(options: JobServerOptions) {
    this.#options = options;
  }

  hear(socket: WebSocket, [verb, first = "", second = ""]: readonly string[]): void {
    if (verb === "JOB") this.#submit(socket, first, second);
    else if (verb === "DROP") this.#drop(socket, first, second);
    else if (verb === "STATUS") socket.send(`STATUS in=${this.#submitted} done=${this.#completed}`);
  }

  #submit(socket: WebSocket, key: string, id: string): void {
    const job = { id, socket, number: ++this.#submitted };
    const waiting = this.#waiting.get(key) ?? [];
    this.#waiting.set(key, waiting);
    if (waiting.length >= (this.#options.limit ?? Infinity)) {
      socket.send(`BUSY ${id}`);
      if (this.#has(job, "runs-refused")) socket.send(`BEGIN ${id}`);
      if (this.#has(job, "runs-refused")) socket.send(`END ${id}`);
      return;
    }
    socket.send(`OK ${id}`);
    if (this.#has(job, "cancels-unasked")) socket.send(`DROPPED ${id}`);
    else waiting.push(job);
    this.#startNext(key);
  }

  #drop(socket: WebSocket, id: string, key: string): void {
    const waiting = this.#waiting.get(key) ?? [];
    const at = waiting.findIndex((job) => job.id === id);
    if (at >= 0) waiting.splice(at, 1);
    socket.send(at >= 0 ? `DROPPED ${id}` : `LATE ${id}`);
  }

  #startNext(key: string): void {
    const running = this.#running.get(key) ?? 0;
    const job = running < this.#options.concurrency ? this.#waiting.get(key)!.shift() : undefined;
    if (job === undefined) return;
    this.#running.set(key, running + 1);
    if (this.#options.isTaciturn !== true && !this.#has(job, "never-starts")) job.socket.send(`BEGIN ${job.id}`);
    if (this.#has(job, "starts-again")) job.socket.send(`BEGIN ${job.id}`);
    setTimeout(() => this.#end(key, job), this.#options.jobMs);
  }

  #end(key: string, job: Job): void {
    this.#running.set(key, this.#running.get(key)! - 1);
    this.#completed += 1;
    job.socket.send(`END ${job.id}`);
    if (this.#has(job, "completes-again")) job.socket.send(`END ${job.id}`);
    this.#startNext(key);
  }

  #has({ number }: Job, defect: JobServerOptions["defect"]): boolean {
    return this.#options.defect === defect && number % 10 === 0;
  }
}
