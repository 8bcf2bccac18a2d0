import type { Collected } from "../engine/collected.ts";
import type { CollectedConnection } from "../engine/collected-connections.ts";
import type { Plan } from "../plan/plan.ts";
import { fairnessIndex } from "../statistics/fairness.ts";
import { median } from "../statistics/percentile.ts";
import type { ResultConnectionFigures, ResultConnectionRow } from "./run-result.ts";

/** With fewer messages nothing is said of a single connection. */
const leastMessages = 10;
/** A connection is starved when it had less than this share of what the middle one had, or lost more than it. */
const starvedShare = 0.5;
/** ... or waited so many times as long on average, and so much longer. */
const slowTimes = 4;
const slowByUs = 10_000;

/** The connection that lies in the middle by each measure; null where there is none. */
interface MiddleConnection {
  readonly delivered: number;
  readonly ended: number;
  readonly latencyMeanUs: number | null;
}

/** How evenly connections fared, and the worst of them; undefined where they have no figures of their own. */
export function buildConnections(
  { mode, connectionFigures, stream }: Plan,
  connections: Collected["connections"],
): ResultConnectionFigures | undefined {
  if (connectionFigures === null || connections === null) return undefined;
  const seesDelivery = mode !== "connect" && mode !== "oneway";
  // What was told to read slowly and fares worse is no finding.
  const isJudged = seesDelivery && stream?.slow == null;
  const ranked = rankConnections(connections);
  const rows = isJudged ? ranked : ranked.map((row) => ({ ...row, isStarved: false }));
  const spreadOf = (read: (connection: CollectedConnection) => number | null) => spread(connections.map(read));
  return {
    count: connections.length,
    spread: {
      sent: spreadOf(({ sent }) => sent),
      delivered: seesDelivery ? spreadOf(({ delivered }) => delivered) : null,
      lost: seesDelivery ? spreadOf(({ lost }) => lost) : null,
      latencyMeanUs: spreadOf(({ latencyUs }) => latencyUs.mean),
      latencyP99Us: spreadOf(({ latencyUs }) => latencyUs.p99),
      readyMs: spreadOf(({ readyMs }) => readyMs),
    },
    fairness: fairnessIndex(connections.map(({ delivered }) => delivered)),
    starved: !isJudged ? null : rows.filter(({ isStarved }) => isStarved).length,
    rows: rows.slice(0, connectionFigures.rows),
    leftOut: Math.max(0, rows.length - connectionFigures.rows),
  };
}

/**
 * All connections, the one that fared worst first: by the measure in which it lies furthest from the middle connection, on
 * a scale from 0 (no worse) to 1.
 */
export function rankConnections(connections: readonly CollectedConnection[]): readonly ResultConnectionRow[] {
  const middle: MiddleConnection = {
    delivered: median(connections.map(({ delivered }) => delivered)) ?? 0,
    ended: median(connections.map(({ ended }) => ended)) ?? 0,
    latencyMeanUs: median(connections.flatMap(({ latencyUs }) => latencyUs.mean ?? [])),
  };
  return connections
    .map((connection) => ({ connection, ...distanceFrom(middle, connection) }))
    .sort((a, b) => b.distance - a.distance || a.connection.connection - b.connection.connection)
    .map(({ connection, worstBy }) => ({
      ...rowOf(connection),
      worstBy,
      isStarved: isStarved(middle, connection),
    }));
}

function rowOf(figures: CollectedConnection): Omit<ResultConnectionRow, "worstBy" | "isStarved"> {
  const { connection, sent, delivered, lost, refused, duplicated, reordered, latencyUs } = figures;
  const { opened, ended, readyMs, activeMs } = figures;
  return {
    ...{ connection, sent, delivered, lost, refused, duplicated, reordered, latencyUs },
    ...{ opened, ended, readyMs, activeMs },
  };
}

function distanceFrom(
  middle: MiddleConnection,
  connection: CollectedConnection,
): { readonly worstBy: ResultConnectionRow["worstBy"]; readonly distance: number } {
  const { delivered, ended } = connection;
  const { mean } = connection.latencyUs;
  const distances = {
    lost: lostShareOf(connection),
    delivered: middle.delivered > delivered ? 1 - delivered / middle.delivered : 0,
    latency:
      mean !== null && middle.latencyMeanUs !== null && mean > middle.latencyMeanUs
        ? 1 - middle.latencyMeanUs / mean
        : 0,
    ended: ended > middle.ended ? 1 - 1 / (1 + ended - middle.ended) : 0,
  };
  const names = Object.keys(distances) as readonly (keyof typeof distances)[];
  const furthest = names.reduce((worst, name) => (distances[name] > distances[worst] ? name : worst));
  const distance = distances[furthest];
  return { worstBy: distance > 0 ? furthest : "nothing", distance };
}

function isStarved(middle: MiddleConnection, connection: CollectedConnection): boolean {
  const { delivered, lost, latencyUs } = connection;
  if (middle.delivered >= leastMessages && delivered < middle.delivered * starvedShare) return true;
  if (delivered + lost >= leastMessages && lostShareOf(connection) > starvedShare) return true;
  if (latencyUs.mean === null || middle.latencyMeanUs === null || latencyUs.count < leastMessages) return false;
  return latencyUs.mean > middle.latencyMeanUs * slowTimes && latencyUs.mean > middle.latencyMeanUs + slowByUs;
}

function lostShareOf({ delivered, lost, refused }: CollectedConnection): number {
  const settled = delivered + lost + refused;
  return settled === 0 ? 0 : lost / settled;
}

function spread(all: readonly (number | null)[]): ResultConnectionFigures["spread"]["sent"] {
  const values = all.filter((value) => value !== null);
  const middle = median(values);
  if (middle === null) return null;
  return { min: least(values), median: middle, max: most(values) };
}

/** A spread of arguments has a limit; there may be a million. */
const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity);
const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), -Infinity);
