import { describe, expect, it } from "vitest";
import { readFieldPattern } from "../../../src/plan/field-pattern.ts";
import { makeTokenReader } from "../../../src/wire/token-field.ts";

function tokenIn(pattern: string, text: string): string | null {
  const place = readFieldPattern(pattern, "session", "token");
  if (place.kind === "problem") throw new Error(place.problem);
  return makeTokenReader(place.value)(text);
}

describe("a token in a message", () => {
  it.each([
    ["between texts", "sid=(?<session>[\\w-]+);", "hello sid=a1-b2_c3; bye", "a1-b2_c3"],
    ["between texts with characters of expressions", "[(sid)] (?<session>[\\w-]+)", "x [(sid)] 42", "42"],
    ["by a JSON path", "$.data.sid", '{"data":{"sid":"s/1+2="}}', "s/1+2="],
    ["by a JSON path to a number", "$.sid", '{"sid":17}', "17"],
    ["by a regular expression", '/^0.*"sid":"(?<session>[^"]+)"/', '0{"sid":"Xy=="}', "Xy=="],
  ])("is found %s", (_, pattern, text, token) => {
    expect(tokenIn(pattern, text)).toBe(token);
  });

  it.each([
    ["the texts around it are others", "sid=(?<session>[\\w-]+);", "sid=;"],
    ["the message is no JSON", "$.sid", "sid"],
    ["the member is not there", "$.data.sid", '{"data":null}'],
    ["the member is inherited", "$.toString", "{}"],
    ["the member is empty", "$.sid", '{"sid":""}'],
    ["the expression does not match", "/sid=(?<session>\\d+)/", "sid=x"],
  ])("is not there where %s", (_, pattern, text) => {
    expect(tokenIn(pattern, text)).toBeNull();
  });
});
