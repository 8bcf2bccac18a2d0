import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exitCode, weightiestExitCode, type ExitCode } from "../../../src/errors/exit-code.ts";

describe("the exit code of several", () => {
  it.each([
    [[], 0],
    [[0, 0], 0],
    [[0, 98], 98],
    [[98, 99], 99],
    [[99, 96, 98], 96],
    [[96, 97, 99], 97],
    [[97, 2], 2],
    [[97, 130], 130],
    [[0, 143], 143],
  ] as readonly (readonly [readonly ExitCode[], ExitCode])[])("of %j is %i", (codes, one) => {
    expect(weightiestExitCode(codes)).toBe(one);
  });

  it("is one of them, whatever their order", () => {
    const code = fc.constantFrom(...Object.values(exitCode));
    fc.assert(
      fc.property(fc.array(code, { minLength: 1 }), (codes) => {
        expect(codes).toContain(weightiestExitCode(codes));
        expect(weightiestExitCode(codes.toReversed())).toBe(weightiestExitCode(codes));
      }),
    );
  });
});
