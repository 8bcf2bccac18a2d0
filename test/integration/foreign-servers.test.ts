import { afterEach, describe, expect, test } from "vitest";
import { WebSocket, type RawData } from "ws";
import { startNginxProxy, startPythonEcho, startWebsocketd, type ForeignServer } from "../support/foreign-servers.ts";
import { startWsEcho } from "../support/ws-echo-server.ts";

const started: ForeignServer[] = [];

async function use(server: Promise<ForeignServer>): Promise<ForeignServer> {
  started.push(await server);
  return server;
}

afterEach(async () => {
  for (const server of started.splice(0).reverse()) await server.close();
});

/** Sends all of `messages` and gives the first `count` answers. */
function talk(url: string, messages: readonly (string | Buffer)[], count = messages.length): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    const answers: string[] = [];
    socket.on("open", () => {
      for (const message of messages) socket.send(message);
    });
    socket.on("message", (data: RawData, isBinary) => {
      answers.push(`${isBinary ? "binary:" : ""}${(data as Buffer).toString()}`);
      if (answers.length < count) return;
      socket.close();
      resolve(answers);
    });
    socket.on("error", reject);
    socket.on("close", (code) => reject(new Error(`closed with ${code} after ${answers.length} answers`)));
  });
}

describe("servers the tests run against", () => {
  test("python3-websockets gives back text and binary frames", async () => {
    const server = await use(startPythonEcho());
    expect(await talk(server.url, ["one", Buffer.from("two")])).toEqual(["one", "binary:two"]);
  });

  test("websocketd gives back lines", async () => {
    const server = await use(startWebsocketd());
    expect(await talk(server.url, ["one", "two"])).toEqual(["one", "two"]);
  });

  test("nginx passes both directions on", async () => {
    const behind = await use(startWsEcho());
    const server = await use(startNginxProxy(behind.url));
    expect(await talk(server.url, ["one", Buffer.from("two")])).toEqual(["one", "binary:two"]);
  });

  test("a server that was closed is gone", async () => {
    for (const start of [startPythonEcho, startWebsocketd, startWsEcho]) {
      const server = await start();
      await server.close();
      await expect(talk(server.url, ["one"])).rejects.toThrow(/ECONNREFUSED/);
    }
  });

  test("the ws echo wraps, joins, repeats, greets and delays as asked", async () => {
    const json = await use(startWsEcho({ wrap: "json", copies: 2 }));
    const wrapped = JSON.stringify({ event: "message", from: "someone", text: "a" });
    expect(await talk(json.url, ["a"], 2)).toEqual([wrapped, wrapped]);
    const joined = await use(startWsEcho({ wrap: "prefix", joinMessages: 2 }));
    expect(await talk(joined.url, ["a", "b", "c", "d"], 2)).toEqual(["echo: a\nb", "echo: c\nd"]);
    const greeting = await use(startWsEcho({ greeting: "hello", delayMs: 1 }));
    expect(await talk(greeting.url, ["a"], 2)).toEqual(["hello", "a"]);
  });

  test("the ws echo wants its login first when told so", async () => {
    const server = await use(startWsEcho({ login: "let me in" }));
    expect(await talk(server.url, ["let me in", "a"])).toEqual(["welcome", "a"]);
    await expect(talk(server.url, ["a"])).rejects.toThrow("closed with 1008 after 0 answers");
  });
});
