import { expect, test } from "vitest";
import { hidden, hideSecrets, hideSecretsInText, hideSecretsInUrl } from "../../../src/result/hide-secrets.ts";

test("user name, password and secret parameters leave a URL, the rest stays as written", () => {
  expect(hideSecretsInUrl("ws://host:8080/path?room=1")).toBe("ws://host:8080/path?room=1");
  expect(hideSecretsInUrl("ws://me:pw@host/")).toBe("ws://host/");
  expect(hideSecretsInUrl("ws://host/?access_token=x&api_key=y&a=b")).toBe(
    "ws://host/?access_token=hidden&api_key=hidden&a=b",
  );
  expect(hideSecretsInText("cannot reach ws://me:pw@host/ now")).toBe("cannot reach ws://host/ now");
});

test("credentials in headers are hidden in every form a header is written in", () => {
  const headers = [
    ["Authorization", "Bearer x"],
    ["X-Trace", "1"],
  ];
  expect(hideSecrets({ headers })).toEqual({
    headers: [
      ["Authorization", hidden],
      ["X-Trace", "1"],
    ],
  });
  expect(hideSecrets({ header: ["Cookie: a=b", "X-Trace: 1"] })).toEqual({
    header: [`Cookie: ${hidden}`, "X-Trace: 1"],
  });
  expect(hideSecrets({ headers: { "X-Api-Key": "x", "X-Trace": "1" } })).toEqual({
    headers: { "X-Api-Key": hidden, "X-Trace": "1" },
  });
});

test("tokens, private keys and first messages are hidden at any depth; empty ones show that there were none", () => {
  const value = {
    mock: { bearer: "x" },
    tls: { keyPem: "x", caPem: "public" },
    firstMessages: ["login x"],
    bearer: "",
  };
  expect(hideSecrets(value)).toEqual({
    mock: { bearer: hidden },
    tls: { keyPem: hidden, caPem: "public" },
    firstMessages: ["(hidden, 7 characters)"],
    bearer: "",
  });
});

test("what JSON cannot hold is dropped or null, and the original is not touched", () => {
  const value = { a: undefined, b: () => 1, c: Infinity, d: [NaN], seed: 7 };
  expect(hideSecrets(value)).toEqual({ c: null, d: [null], seed: 7 });
  expect(value.seed).toBe(7);
  expect(JSON.stringify(hideSecrets(JSON.parse(`{"__proto__":{"x":1}}`)))).toBe(`{"__proto__":{"x":1}}`);
});
