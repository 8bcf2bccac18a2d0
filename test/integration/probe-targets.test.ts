import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { defaultMockOptions, type MockOptions } from "../../src/mock-server/mock-options.ts";
import { startMockServer, type RunningMock } from "../../src/mock-server/mock-server.ts";
import type { ProbeFinding, ProbeRecord } from "../../src/probe/probe-record.ts";
import { startFragileServer, type FragileOptions } from "../support/fragile-server.ts";
import { runCli } from "../support/run-cli.ts";
import { startWsEcho } from "../support/ws-echo-server.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "floodgate-probe-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Probed {
  readonly exitCode: number | null;
  readonly record: ProbeRecord;
  readonly stderr: string;
  finding(name: string): ProbeFinding;
}

async function probe(args: readonly string[]): Promise<Probed> {
  const { exitCode, stdout, stderr } = await runCli(["probe", ...args, "--json"]);
  const record = JSON.parse(stdout === "" ? `{"probes":[],"stderr":${JSON.stringify(stderr)}}` : stdout) as ProbeRecord;
  const finding = (name: string) => {
    const found = record.probes.find((each) => each.name === name);
    if (found === undefined) throw new Error(`there is no probe ${name}\n${stdout}\n${stderr}`);
    return found;
  };
  return { exitCode, record, stderr, finding };
}

async function mockWith(options: Partial<MockOptions>): Promise<RunningMock> {
  const mock = await startMockServer({ ...defaultMockOptions, ...options });
  closing.push(() => mock.close());
  return mock;
}

async function fragile(options: FragileOptions): Promise<string> {
  const server = await startFragileServer(options);
  closing.push(() => server.close());
  return server.url;
}

const outcomes = ({ record }: Probed) => Object.fromEntries(record.probes.map(({ name, outcome }) => [name, outcome]));
const patient = ["--patience", "10s"];

describe("floodgate probe", () => {
  it("finds the mock right in every probe, and the mock's books tell the same", async () => {
    const mock = await mockWith({
      bearer: "right",
      maxMessageBytes: 100_000,
      maxRatePerSecond: 400,
      maxConnections: 30,
    });
    const args = ["--bearer", "right", "--message-limit", "100kB", "--oversize", "1MiB", ...patient];
    const probed = await probe([mock.url, ...args]);
    expect(probed.exitCode, probed.stderr).toBe(0);
    const { "wrong-path": path, ...others } = outcomes(probed);
    expect(path).toBe("tolerated");
    expect(new Set(Object.values(others)), JSON.stringify(others)).toEqual(new Set(["right"]));
    for (const { neighbours } of probed.record.probes) expect(neighbours).toMatchObject({ lost: 0, closed: 0 });

    const books = mock.books();
    const answered = (code: number) =>
      probed.record.probes.filter(({ answer }) => answer?.kind === "close" && answer.code === code).length;
    const byMock = (prefix: RegExp) =>
      Object.entries(books).reduce((sum, [name, count]) => (prefix.test(name) ? sum + count : sum), 0);
    expect(byMock(/^protocolErrors\./)).toBe(answered(1002) + answered(1007) + answered(1009));
    expect(byMock(/^protocolErrors\.invalid-utf8$/)).toBe(answered(1007));
    expect(byMock(/^protocolErrors\.message-too-big$/)).toBe(answered(1009));
    expect(books.connectionsRateLimited).toBe(answered(1008));
    expect(books.refusedBearer).toBe(2);
    // Refused before it is asked who comes: wrong-version, no-key, short-key, wrong-method.
    expect(books.refusedHandshake).toBe(4);
    const { answer } = probed.finding("connection-flood");
    expect(answer).toEqual({
      ...{ kind: "connections", upgraded: 50 - books.refusedLimit!, failed: 0 },
      refused: { "503": books.refusedLimit },
    });
  });

  it("finds a server of the package ws right in what its handshakes and frames are", async () => {
    const server = await startWsEcho();
    closing.push(() => server.close());
    const probed = await probe([server.url, "--only", "handshake", "--only", "malformed", ...patient]);
    expect(probed.exitCode, probed.stderr).toBe(0);
    expect(Object.values(outcomes(probed)), JSON.stringify(outcomes(probed))).not.toContain("wrong");
    expect(probed.finding("unmasked")).toMatchObject({ outcome: "right", answer: { kind: "close", code: 1002 } });
    expect(probed.finding("invalid-utf8")).toMatchObject({ outcome: "right", answer: { kind: "close", code: 1007 } });
  });

  it("names the probe that a target dies of, and makes no further ones", async () => {
    const url = await fragile({ onBreach: "dies" });
    const args = ["--only", "ping", "--only", "unmasked", "--only", "long-ping", "--patience", "1s"];
    const probed = await probe([url, ...args]);
    expect(probed.exitCode).toBe(99);
    expect(probed.finding("ping")).toMatchObject({ outcome: "right", neighbours: { outcome: "unharmed" } });
    expect(probed.finding("unmasked").neighbours).toMatchObject({ outcome: "harmed", closed: 4 });
    expect(probed.finding("unmasked").neighbours?.note).toContain("the target is gone");
    expect(probed.finding("long-ping")).toMatchObject({
      ...{ outcome: "not-tested", note: "the target was gone after unmasked" },
    });
    expect(probed.record.verdict.reasons).toEqual([
      expect.stringMatching(/^unmasked harmed other sessions: 4 sessions/),
    ]);
  });

  it("names the probes that end the sessions of others, and goes on with new ones", async () => {
    const url = await fragile({ onBreach: "ends-others" });
    const args = ["--only", "unmasked", "--only", "empty-message", "--only", "long-ping", ...patient];
    const probed = await probe([url, ...args]);
    expect(probed.exitCode).toBe(99);
    expect(probed.finding("empty-message").neighbours).toMatchObject({ outcome: "unharmed" });
    for (const name of ["unmasked", "long-ping"]) {
      expect(probed.finding(name).neighbours).toMatchObject({
        outcome: "harmed",
        closed: 4,
        ends: Array(4).fill("close 1006"),
      });
    }
  });

  it("names a message that makes a target lose what others send", async () => {
    const url = await fragile({ forgetsOthersUponBadJson: true });
    const probed = await probe([url, "--only", "broken-json", "--only", "ping", "--patience", "2s"]);
    expect(probed.exitCode).toBe(99);
    expect(probed.finding("broken-json").neighbours).toMatchObject({ outcome: "harmed", lost: 4, closed: 0 });
  });

  it("calls it wrong when text that is none is taken, and when any credentials do", async () => {
    const url = await fragile({ takesAnyText: true, takesAnyToken: true });
    const args = ["--bearer", "secret", "--only", "invalid-utf8", "--only", "unauthorised", "--patience", "2s"];
    const probed = await probe([url, ...args]);
    expect(probed.exitCode).toBe(99);
    expect(probed.finding("invalid-utf8")).toMatchObject({ outcome: "wrong", answer: { kind: "breach" } });
    expect(probed.finding("no-credentials")).toMatchObject({ outcome: "right", answer: { status: 401 } });
    expect(probed.finding("wrong-credentials")).toMatchObject({ outcome: "wrong", answer: { kind: "upgraded" } });
  });

  it("finds the messages of a flood that were neither answered nor refused", async () => {
    const url = await fragile({ answersAtMost: 1500 });
    const probed = await probe([url, "--only", "message-flood", "--flood-messages", "1600", "--patience", "2s"]);
    expect(probed.finding("message-flood")).toMatchObject({
      ...{ outcome: "wrong", note: "100 of 1600 messages were neither answered nor refused" },
    });
  });

  it("judges by what a profile says of the target in place of the RFC, and by a flag in place of that", async () => {
    const url = await fragile({ saysTooLargeBeyond: 1000, saysTooFastAfter: 500 });
    const file = join(folder, "foreign.yaml");
    const lines = [
      "probe:",
      "  only: [one-byte-over, message-flood]",
      "  messageLimit: 1000",
      "  floodMessages: 600",
      "  patience: 1s",
      "  expected:",
      "    one-byte-over: message /too large/",
      "    message-flood: [close 1008, message slow down]",
    ];
    await writeFile(file, `${lines.join("\n")}\n`);
    const agreed = await probe([file, "--target", url]);
    expect(agreed.exitCode, agreed.stderr).toBe(0);
    expect(outcomes(agreed)).toEqual({ "message-flood": "right", "one-byte-over": "right" });
    expect(agreed.finding("message-flood").answer).toMatchObject({
      ...{ sent: 600, answered: 500, others: 100, firstOther: '{"error":"slow down"}' },
    });
    const args = ["--only", "one-byte-over", "--expect", "one-byte-over=close 1009"];
    const otherwise = await probe([file, "--target", url, ...args]);
    expect(otherwise.exitCode).toBe(99);
    expect(otherwise.finding("one-byte-over")).toMatchObject({
      ...{ outcome: "wrong", wanted: "close 1009", note: "it is not what is expected of this target" },
    });
    await writeFile(file, "probe:\n  expected:\n    oversise: close 1009\n");
    expect(await probe([file, "--target", url])).toMatchObject({
      ...{
        exitCode: 2,
        stderr: expect.stringMatching(
          /foreign.yaml:3: probe.expected.oversise "oversise" is no probe\nhint: .*oversize/,
        ) as string,
      },
    });
  });

  it("watches the connections of others alone where a target answers no messages", async () => {
    const mock = await mockWith({ mode: "sink" });
    const probed = await probe([mock.url, "--only", "unmasked", "--only", "message-flood", "--patience", "2s"]);
    expect(probed.exitCode, probed.stderr).toBe(0);
    expect(probed.record.neighbours.watchedBy).toBe("connections");
    expect(probed.finding("unmasked")).toMatchObject({ outcome: "right", neighbours: { outcome: "unharmed" } });
    expect(probed.finding("message-flood").note).toContain("losses cannot be seen");
  });

  it("ends with 97 when the target is not well before, and with 2 for a probe there is not", async () => {
    const gone = await probe(["ws://127.0.0.1:1/"]);
    expect(gone).toMatchObject({ exitCode: 97, stderr: expect.stringContaining("4 of 4 ordinary sessions") as string });
    const unknown = await probe(["--only", "unmaskd"]);
    expect(unknown).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("did you mean unmasked?") as string });
  });
});
