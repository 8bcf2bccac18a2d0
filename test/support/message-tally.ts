import { once } from "node:events";
import WebSocket from "ws";

/** What a client saw of the messages it sent: numbered texts, each is either delivered or lost. */
export interface MessageTally {
  sent: number;
  delivered: number;
  duplicated: number;
  corrupted: number;
  reordered: number;
  /** Sent, and no sound copy came back. */
  lost: number;
  /** Answers of any kind. */
  frames: number;
}

export interface TallyOptions {
  readonly connections: number;
  readonly messages: number;
  readonly compress?: boolean;
  /** When the clients close; the server may end a connection before that. */
  readonly isComplete: (tally: MessageTally) => boolean;
}

/** A message that shows any single changed byte: its number three times. */
function messageText(number: number): string {
  const digits = String(number).padStart(8, "0");
  return `${digits}:${digits}:${digits}`;
}

/** Sends numbered messages over connections of the `ws` client and compares what comes back. */
export async function tallyMessages(url: string, options: TallyOptions): Promise<MessageTally> {
  const tally = { sent: 0, delivered: 0, duplicated: 0, corrupted: 0, reordered: 0, lost: 0, frames: 0 };
  await Promise.all(Array.from({ length: options.connections }, () => tallyConnection(url, options, tally)));
  return tally;
}

async function tallyConnection(url: string, options: TallyOptions, tally: MessageTally): Promise<void> {
  const socket = new WebSocket(url, { perMessageDeflate: options.compress ?? false });
  const seen = new Set<number>();
  let highest = -1;
  let ending: NodeJS.Timeout | undefined;
  socket.on("message", (data: Buffer) => {
    tally.frames += 1;
    const text = data.toString();
    const number = Number(text.slice(0, 8));
    if (text !== messageText(number)) tally.corrupted += 1;
    else if (seen.has(number)) tally.duplicated += 1;
    else {
      seen.add(number);
      if (number < highest) tally.reordered += 1;
      highest = Math.max(highest, number);
    }
  });
  await once(socket, "open");
  const closed = once(socket, "close");
  let sent = 0;
  for (let number = 0; number < options.messages; number++) {
    if (socket.readyState !== WebSocket.OPEN) break;
    sent += 1;
    tally.sent += 1;
    socket.send(messageText(number));
    // Several reads at the server, so that faults meet more than one burst.
    if (number % 50 === 49) await new Promise((resolve) => setImmediate(resolve));
  }
  const look = (): void => {
    if (options.isComplete(tally)) socket.close();
    else ending = setTimeout(look, 5);
  };
  look();
  await closed;
  clearTimeout(ending);
  tally.delivered += seen.size;
  tally.lost += sent - seen.size;
}
