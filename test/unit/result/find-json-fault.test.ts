import fc from "fast-check";
import { expect, test } from "vitest";
import { findJsonFault } from "../../../src/result/find-json-fault.ts";

const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

test("a fault has its line and column", () => {
  expect(findJsonFault(`{\n  "a": 1,\n  "b" 2 }`)).toEqual({ isCutOff: false, line: 3, column: 7, found: "2 }" });
  expect(findJsonFault(`[1, oops]`)).toMatchObject({ isCutOff: false, line: 1, column: 5 });
  expect(findJsonFault(`{"a":1}{`)).toMatchObject({ isCutOff: false, column: 8 });
  expect(findJsonFault(`[1,]`)).toMatchObject({ isCutOff: false, column: 4 });
});

test("it finds a fault exactly when JSON.parse does", () => {
  fc.assert(
    fc.property(
      fc.json(),
      fc.nat(),
      fc.constantFrom("{", "}", "[", "]", '"', ",", ":", "x", "1", " "),
      (json, place, extra) => {
        const at = place % (json.length + 1);
        for (const text of [json, json.slice(0, at) + extra + json.slice(at), json.slice(0, at) + json.slice(at + 1)]) {
          expect(findJsonFault(text) === null, text).toBe(parses(text));
        }
      },
    ),
  );
});

test("every proper beginning of an object is called cut off", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (value, place) => {
      const json = JSON.stringify(value);
      const cut = json.slice(0, place % json.length);
      expect(findJsonFault(cut)?.isCutOff, cut).toBe(true);
    }),
  );
});
