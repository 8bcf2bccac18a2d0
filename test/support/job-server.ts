import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import type { ForeignServer } from "./foreign-servers.ts";

/** What a queue can do wrong. */
export type JobDefect =
  | "runs-refused"
  | "runs-cancelled"
  | "starts-again"
  | "completes-again"
  | "cancels-unasked"
  | "never-starts"
  /** Starts the job behind it first. */
  | "is-overtaken"
  /** Starts it though as many run as may. */
  | "exceeds"
  /** Takes it in and forgets it. */
  | "loses"
  /** Counts its completion twice. */
  | "miscounts";

/** A queue that knows how often it did what it should not. */
export interface JobServer extends ForeignServer {
  readonly planted: Readonly<Partial<Record<JobDefect, number>>>;
}

export interface JobServerOptions {
  /** Jobs of a key that run at a time. */
  readonly concurrency: number;
  readonly jobMs: number;
  /** Jobs of a key that may wait. */
  readonly limit?: number;
  /** What it does wrong, each to every tenth job, as far as there is occasion. */
  readonly defects?: readonly JobDefect[];
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
export async function startJobServer(options: JobServerOptions): Promise<JobServer> {
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
    planted: desk.planted,
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
  readonly planted: Partial<Record<JobDefect, number>> = {};
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
      if (this.#plants("runs-refused", job)) socket.send(`BEGIN ${id}`);
      if (this.#has("runs-refused", job)) socket.send(`END ${id}`);
      return;
    }
    socket.send(`OK ${id}`);
    if (this.#plants("cancels-unasked", job)) socket.send(`DROPPED ${id}`);
    else if (!this.#plants("loses", job)) waiting.push(job);
    this.#startNext(key);
  }

  #drop(socket: WebSocket, id: string, key: string): void {
    const waiting = this.#waiting.get(key) ?? [];
    const at = waiting.findIndex((job) => job.id === id);
    if (at >= 0 && !this.#plants("runs-cancelled", waiting[at]!)) waiting.splice(at, 1);
    socket.send(at >= 0 ? `DROPPED ${id}` : `LATE ${id}`);
  }

  #startNext(key: string): void {
    const running = this.#running.get(key) ?? 0;
    const waiting = this.#waiting.get(key)!;
    const [next, behind] = waiting;
    if (next === undefined) return;
    if (running >= this.#options.concurrency && !this.#plants("exceeds", next)) return;
    const isOvertaken = behind !== undefined && this.#plants("is-overtaken", next);
    const [job] = waiting.splice(isOvertaken ? 1 : 0, 1) as [Job];
    // It has had its share.
    if (isOvertaken) waiting[0] = { ...next, number: 0 };
    this.#running.set(key, running + 1);
    if (this.#options.isTaciturn !== true && !this.#plants("never-starts", job)) job.socket.send(`BEGIN ${job.id}`);
    if (this.#plants("starts-again", job)) job.socket.send(`BEGIN ${job.id}`);
    setTimeout(() => this.#end(key, job), this.#options.jobMs);
    this.#startNext(key);
  }

  #end(key: string, job: Job): void {
    this.#running.set(key, this.#running.get(key)! - 1);
    this.#completed += this.#plants("miscounts", job) ? 2 : 1;
    job.socket.send(`END ${job.id}`);
    if (this.#plants("completes-again", job)) job.socket.send(`END ${job.id}`);
    this.#startNext(key);
  }

  /** Each defect has jobs of its own. */
  #has(defect: JobDefect, { number }: Job): boolean {
    const at = this.#options.defects?.indexOf(defect) ?? -1;
    return at >= 0 && number % 10 === at + 1;
  }

  /** The same, counted: now it is done. */
  #plants(defect: JobDefect, job: Job): boolean {
    if (!this.#has(defect, job)) return false;
    this.planted[defect] = (this.planted[defect] ?? 0) + 1;
    return true;
  }
}
