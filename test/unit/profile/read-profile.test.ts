import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FloodgateError } from "../../../src/errors/floodgate-error.ts";
import { readProfile } from "../../../src/profile/read-profile.ts";

const directory = mkdtempSync(join(tmpdir(), "floodgate-"));

function load(text: string) {
  writeFileSync(join(directory, "p.yaml"), text);
  return readProfile("./p.yaml", directory);
}

/** The problems of a profile, one a line, without the file's name. */
function problemsOf(text: string): readonly string[] {
  try {
    load(text);
  } catch (error) {
    if (!(error instanceof FloodgateError)) throw error;
    expect(error.exitCode).toBe(2);
    return error.message.split(/\n */).map((line) => line.replace("./p.yaml:", ""));
  }
  return [];
}

describe("reading a profile", () => {
  it("takes every setting in a text with its unit, or as a plain number where that says all", () => {
    const profile = load("rate: 10k/s\nduration: 30s\nsize: 1KiB\nconnections: 50\nmock: { drop: 0.01, leak: 1KiB }\n");
    expect(profile.texts).toEqual({
      rate: "10k/s",
      duration: "30s",
      size: "1KiB",
      connections: 50,
      mock: { drop: 0.01, leak: "1KiB" },
    });
    expect(profile.name).toBe("p");
    expect(profile.place(["size"])).toBe("./p.yaml:3");
  });

  it.each(["", "# nothing but words\n", "---\n"])("refuses a file that says nothing: %j", (text) => {
    expect(problemsOf(text)).toEqual(["profile ./p.yaml is empty"]);
  });

  it("reports all problems at once, in the order of the file, each with its line and the nearest valid key", () => {
    const text = `# a comment
connectons: 5
rate: 10q
duration: 30
mode: quue
headers: { a: b }
connect:
  timeot: 5s
  headers:
    bad name: x
    Upgrade: x
  insecure: maybe
stages:
  - duration: 5s
  - { duration: 5s, rate: 5, from: 1 }
  - { rate: 5 }
  - { name: a b, duration: 5s, rate: 5 }
  - { name: x, duration: 5s, rate: 5 }
  - { name: x, duration: 5s, rate: 5 }
burst: { size: 5, every: 1s }
reconnect: maybe
thresholds: latency.p99<5ms
size:
environments:
  prod: { rate: 5 }
  ci:
    mock: { latncy: 5ms }
    rate: 5
    burst: { size: 5, every: 1s }
`;
    expect(problemsOf(text)).toEqual([
      '2: unknown key "connectons"; did you mean connections?',
      '3: rate "10q" is not a rate; write a number per second, for example 1000, 10k or 10k/s',
      '4: duration "30" has no unit; write 30s, or another of us ms s m h',
      '5: mode "quue" is not one of echo, oneway, connect, push, broadcast, queue; did you mean queue?',
      '6: unknown key "headers"; headers belongs below connect:',
      '8: unknown key "timeot" in connect; did you mean timeout?',
      '10: header "bad name" is not a header name; write letters, digits and hyphens, for example X-Client',
      '11: header "Upgrade" is written by floodgate itself; leave it out',
      '12: connect.insecure "maybe" is neither true nor false; write true or false',
      "14: stage 1 has no load; give it a rate, from and to, or a burst",
      "15: stage 2 has rate and from/to; give it one of rate, from and to, or burst",
      "16: stage 3 has no duration; add duration: and its value",
      '17: stage 4: name "a b" is not a stage name; write at most 40 letters, digits, dots, hyphens and underscores',
      '19: stage name "x" is there twice; give each stage a name of its own',
      "20: burst beside stages: the load is one or the other; leave out burst or stages",
      '21: reconnect "maybe" is neither true nor false nor a block of keys; write true, false, or keys below it',
      '22: thresholds "latency.p99<5ms" is not a list; write one item a line, each after a hyphen: - item',
      "23: size has no value; write one after the colon, or leave the key out",
      '25: unknown key "prod" in environments; keys here: full dev ci quick',
      '27: unknown key "latncy" in environments.ci.mock; did you mean latency?',
      "28: rate beside burst: the load is one or the other; leave out rate or burst",
    ]);
  });

  it.each([
    [
      "mode: connect\nstages: [{ duration: 5s, rate: 5 }]",
      "2: stage 1 has rate, but mode connect sends no messages; leave it out",
    ],
    ["stages: [{ duration: 5s, from: 5 }]", "1: stage 1 has from without to; a ramp needs both from and to"],
    ["stages: []", '1: stages "[]" is empty; list at least one, or leave the key out'],
    ["rate: 0", '1: rate "0" is no rate; write a rate above 0, for example 1000'],
    [
      "seed: -1",
      '1: seed "-1" is not a whole number; write digits, with k or m for thousands or millions, for example 500 or 10k',
    ],
    ["target: http://h/", '1: target "http://h/" is not a WebSocket URL; write ws://h/'],
    ["ready: /(/", '1: ready "/(/" is not a regular expression; /(/: Unterminated group'],
    ["message: hello", '1: message "hello" has no {{payload}}; write {{payload}} where the message body goes, once'],
    ["firstMessage: [1]", '1: firstMessage 1 "1" is not a text; put it in quotes, for example "123"'],
    ["- a", '1: the profile "["a"]" is not a block of keys; write its keys below it, indented, one a line: key: value'],
    [
      "connect: { bearer: a, headers: { authorization: b } }",
      "1: connect.bearer beside connect.headers: both set Authorization; leave out connect.bearer or connect.headers",
    ],
    ["rate: 5\nrate: 6", "2: not YAML: Map keys must be unique"],
    ["rate: [5", "1: not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]"],
  ])("says what is wrong with %j", (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it("refuses a bomb of aliases, a deep nest and a huge file without working on them for long", () => {
    const bomb = [
      "a: &l0 [x,x,x,x,x,x,x,x,x]",
      ..."bcdefgh".split("").map((key, i) => `${key}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(",")}]`),
    ];
    expect(problemsOf(bomb.join("\n"))[0]).toContain("cannot be read as YAML: Excessive alias count");
    expect(problemsOf("[".repeat(100_000))[0]).toBe("1: not YAML: nested too deeply");
    expect(problemsOf("x".repeat(200_000))[0]).toBe("./p.yaml has 200000 bytes, more than any profile");
    expect(problemsOf(Array.from({ length: 5000 }, (_, i) => `k${i}: 1`).join("\n"))).toHaveLength(51);
  });

  it("takes no harm from keys that objects have anyway", () => {
    expect(problemsOf("__proto__: { rate: 5 }")[0]).toContain('unknown key "__proto__"');
    expect(problemsOf("constructor: 5")[0]).toContain('unknown key "constructor"');
  });

  it("says that a directory is none", () => {
    expect(() => readProfile(`${directory}/`, "/")).toThrow("is a directory");
  });
});
