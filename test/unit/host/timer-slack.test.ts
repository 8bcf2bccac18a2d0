import { existsSync, readFileSync, readlinkSync } from "node:fs";
import { expect, it } from "vitest";
import { wakeOnTime } from "../../../src/host/timer-slack.ts";

const ofThisThread = (): string => `/proc/${readlinkSync("/proc/thread-self").split("/").at(-1)!}/timerslack_ns`;

it.runIf(existsSync("/proc/thread-self"))("lowers the timer slack of the thread that asks for it", () => {
  wakeOnTime();
  expect(readFileSync(ofThisThread(), "utf8").trim()).toBe("1000");
});
