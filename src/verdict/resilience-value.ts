import type { ResultResilience, RunResult } from "../result/run-result.ts";
import { formatCount } from "../units/count.ts";
import type { AskedMetric, MeasuredValue } from "./metric-value.ts";
import { timesValue } from "./times-value.ts";

const metrics = ["recovery", "connections", "herd", "retry", "breaker", "buffer", "sessions"];

/** Whether a metric is one of connections that come back. */
export function isOfResilience(metric: string): boolean {
  return metrics.includes(metric);
}

/** What a result says of connections that were lost and came back; of the whole run only. */
export function resilienceValue({ resilience }: RunResult, { metric, stat, selectors }: AskedMetric): MeasuredValue {
  if (Object.keys(selectors).length > 0) return noValue("it is taken of the whole run, not of a part of it");
  if (resilience === undefined) return noValue("connections are not opened again here");
  switch (metric) {
    case "recovery":
      return resilience.recoveryUs.count === 0
        ? noValue(resilience.outages === 0 ? "no connection was lost" : "no connection came back")
        : timesValue(resilience.recoveryUs, stat);
    case "connections":
      return connectionsValue(resilience, stat);
    case "herd":
      return herdValue(resilience);
    case "retry":
      return retryValue(resilience, stat);
    case "breaker":
      return breakerValue(resilience, stat);
    case "sessions":
      return sessionsValue(resilience, stat);
    default:
      return bufferValue(resilience, stat);
  }
}

function connectionsValue({ outages, returned, returnedRatio }: ResultResilience, stat: string): MeasuredValue {
  if (stat === "outages") return counted(outages);
  if (stat === "away") return counted(outages - returned);
  return returnedRatio === null
    ? noValue("no connection was lost")
    : { value: returnedRatio, samples: outages, detail: `${formatCount(returned)} of ${formatCount(outages)}` };
}

/** The slowest herd; one that never came back whole took for ever. */
function herdValue({ herds }: ResultResilience): MeasuredValue {
  if (herds.length === 0) return noValue("connections were never lost many at once");
  const times = herds.flatMap(({ allBackMs }) => allBackMs ?? []);
  if (times.length === herds.length) return { value: Math.max(...times) / 1000, samples: null };
  return { value: null, isInfinite: true, samples: null, detail: "not all of them were back when the run ended" };
}

function retryValue({ retry }: ResultResilience, stat: string): MeasuredValue {
  if (stat === "attempts") return counted(retry.attempts);
  if (stat === "givenUp") return counted(retry.givenUp);
  return retry.successRatio === null
    ? noValue("nothing was tried again")
    : { value: retry.successRatio, samples: retry.attempts };
}

function breakerValue({ breaker }: ResultResilience, stat: string): MeasuredValue {
  if (breaker === null) return noValue("there is no breaker (reconnect.breaker)");
  return counted(stat === "opens" ? breaker.opens : breaker.notClosedAtEnd);
}

function bufferValue({ buffer }: ResultResilience, stat: string): MeasuredValue {
  if (buffer === null) return noValue("nothing is kept while a connection is away (reconnect.buffer)");
  return counted(stat === "overflowed" ? buffer.overflowed : buffer.highWater);
}

function sessionsValue({ sessions }: ResultResilience, stat: string): MeasuredValue {
  if (sessions == null) return noValue("sessions are not asked for (reconnect.resume)");
  const { interrupted, resumed, resumedRatio, lost, unknown, undecided, unnamed, inFlight } = sessions;
  if (stat === "unnamed") return counted(unnamed);
  // Nothing is found out of sessions that were never interrupted.
  if (interrupted === 0)
    return noValue(unnamed === 0 ? "no session was interrupted" : "the target named no session (reconnect.resume)");
  switch (stat) {
    case "lost":
      return counted(lost);
    case "unknown":
      return counted(unknown);
    case "undecided":
      return counted(undecided);
    case "unanswered":
      return counted(inFlight.lostThoughResumed);
    default:
      return {
        value: resumedRatio,
        samples: interrupted,
        detail: `${formatCount(resumed)} of ${formatCount(interrupted)}`,
      };
  }
}

function counted(value: number): MeasuredValue {
  return { value, samples: null };
}

function noValue(detail: string): MeasuredValue {
  return { value: null, samples: null, detail };
}
