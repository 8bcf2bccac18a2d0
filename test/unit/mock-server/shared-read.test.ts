import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { SharedRead } from "../../../src/mock-server/shared-read.ts";

/** What a socket would be in a Node that has no handle to take, or one of another kind. */
function otherSocket(handle: object | null | undefined): Socket {
  const stream = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  return Object.assign(stream, { _handle: handle }) as unknown as Socket;
}

describe("SharedRead, where Node offers no handle as it knows them", () => {
  it.each([[undefined], [null], [{}]])("reads as every stream does (%o)", async (handle) => {
    const accepted = otherSocket(handle);
    const seen: string[] = [];
    const socket = new SharedRead().take(accepted, {
      onRead: ({ bytes }, end) => void seen.push(bytes.toString("latin1", 0, end)),
    });
    expect(socket).toBe(accepted);
    accepted.push("one");
    accepted.push("two");
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen.join("")).toBe("onetwo");
    expect(accepted.destroyed).toBe(false);
  });
});
