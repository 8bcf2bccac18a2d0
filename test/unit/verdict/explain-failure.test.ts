import { expect, it } from "vitest";
import { explainFailure } from "../../../src/verdict/explain-failure.ts";

it.each([
  ["connect/no-local-port", "this machine is out of ports, files or buffers, not the target"],
  ["connect/no-local-address", "--local-address wants addresses of this machine"],
  ["protocol/expected-mask", "the target broke the WebSocket protocol"],
  ["handshake/status.418", null],
])("says of %s what it mostly means", (code, words) => {
  expect(explainFailure({ code, example: "" })).toBe(words);
});

it("leaves the word to a failure whose own text names the mend", () => {
  expect(explainFailure({ code: "handshake/not-http", example: "TLS; is the address meant to be wss://?" })).toBeNull();
});
