import { describe, expect, it } from "vitest";
import { chooseEnvironment } from "../../../src/profile/choose-environment.ts";

describe("the environment", () => {
  it.each([
    [undefined, {}, "full", "default"],
    [undefined, { CI: "true" }, "ci", "CI=true"],
    [undefined, { CI: "1" }, "ci", "CI=1"],
    [undefined, { CI: "TRUE " }, "ci", "CI=TRUE"],
    [undefined, { CI: "false" }, "full", "default"],
    [undefined, { CI: "0" }, "full", "default"],
    [undefined, { CI: "" }, "full", "default"],
    [undefined, { ENVIRONMENT: "dev" }, "dev", "ENVIRONMENT=dev"],
    [undefined, { ENVIRONMENT: "production" }, "full", "default"],
    [undefined, { QUICK_MODE: "true" }, "quick", "QUICK_MODE=true"],
    [undefined, { QUICK_MODE: "true", CI: "true", ENVIRONMENT: "dev" }, "quick", "QUICK_MODE=true"],
    [undefined, { CI: "true", ENVIRONMENT: "dev" }, "ci", "CI=true"],
    ["full", { QUICK_MODE: "true", CI: "true" }, "full", "--env full"],
    ["dev", {}, "dev", "--env dev"],
  ] as const)("with --env %s and %j is %s", (flag, env, name, reason) => {
    expect(chooseEnvironment(flag, env)).toEqual({ name, reason });
  });

  it("refuses a word it does not know", () => {
    expect(() => chooseEnvironment("", {})).toThrow('--env "" is not one of full, dev, ci, quick');
  });
});
