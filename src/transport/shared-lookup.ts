import { lookup, type LookupAddress, type LookupOptions } from "node:dns";
import type { LookupFunction } from "node:net";

/** How long the addresses of a name are used before the resolver is asked anew, milliseconds. */
const freshMs = 1000;

type LookupCallback = Parameters<LookupFunction>[2];
type Resolve = (host: string, options: LookupOptions, callback: LookupCallback) => void;

/** What the resolver said, or those who wait for it. */
interface Answer {
  readonly askedAtMs: number;
  waiting: LookupCallback[] | null;
  address: string | LookupAddress[];
  family: number | undefined;
}

/**
 * Looks a name up for all connections of a worker: one question for those that ask at the same time, and its answer for
 * one second. Each on its own would wait for four threads that ask for all of them, and tell that wait as the target's
 * time to connect. Failures are told to those that asked together, and then forgotten.
 */
export function makeSharedLookup(nowMs: () => number, resolve: Resolve = lookup): LookupFunction {
  const answers = new Map<string, Answer>();
  return (host, options, callback) => {
    const key = `${host} ${options.family ?? 0} ${options.hints ?? 0} ${options.all === true}`;
    const known = answers.get(key);
    if (known !== undefined && known.waiting !== null) {
      known.waiting.push(callback);
      return;
    }
    if (known !== undefined && nowMs() - known.askedAtMs < freshMs) {
      // Never at once: who asks has not finished what it is doing.
      process.nextTick(callback, null, known.address, known.family);
      return;
    }
    const waiting = [callback];
    const answer: Answer = { askedAtMs: nowMs(), waiting, address: "", family: undefined };
    answers.set(key, answer);
    resolve(host, options, (error, address, family) => {
      answer.waiting = null;
      answer.address = address;
      answer.family = family;
      if (error !== null) answers.delete(key);
      for (const tell of waiting) tell(error, address, family);
    });
  };
}
