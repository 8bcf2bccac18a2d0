import { deriveSeed } from "../random/xoshiro.ts";
import type { JobChoice } from "./plan.ts";

/** Whether the job at `position` (from 1) of `key` (from 0) is chosen; the same seed chooses the same jobs. */
export function choosesJob(choice: JobChoice, seed: number, key: number, position: number): boolean {
  switch (choice.kind) {
    case "none":
      return false;
    case "positions":
      return choice.positions.includes(position);
    case "share":
      return deriveSeed(deriveSeed(seed, 2, key), 3, position) < choice.ratio * 2 ** 32;
  }
}
