import { readFileSync } from "node:fs";
import { expect } from "vitest";

type Tolerance = "exact" | { readonly rel?: number; readonly abs?: number };

/** One numeric test vector of the measurement method; inputs and expectations have the shapes the vector needs. */
export interface MethodVector {
  readonly id: string;
  readonly item: number;
  readonly fn: string;
  readonly input: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- every vector has its own shape
  readonly expected: unknown;
  readonly tolerance: Tolerance;
  readonly source: string;
}

interface VectorFile {
  readonly vectors: readonly MethodVector[];
}

const file = JSON.parse(
  readFileSync(new URL("../fixtures/method-vectors.json", import.meta.url), "utf8"),
) as VectorFile;

/** All vectors of the fixture, in its order. */
export const methodVectors: readonly MethodVector[] = file.vectors;

/** The vector of that id; throws when there is none. */
export function methodVector(id: string): MethodVector {
  const vector = methodVectors.find((candidate) => candidate.id === id);
  if (vector === undefined) throw new Error(`No vector "${id}" in test/fixtures/method-vectors.json.`);
  return vector;
}

/**
 * A list of numbers from its vector form: a plain list, `{from,to,step,then}`, or `{value: times}`; a list of
 * `[value, times]` pairs comes back, in the order written.
 */
export function expandValues(values: unknown): readonly (readonly [value: number, times: number])[] {
  if (Array.isArray(values)) return values.map((value) => [Number(value), 1] as const);
  const given = values as Record<string, unknown>;
  if (!("step" in given)) return Object.entries(given).map(([value, times]) => [Number(value), Number(times)] as const);
  const { from, to, step, then } = given as { from: number; to: number; step: number; then?: readonly number[] };
  const expanded: (readonly [number, number])[] = [];
  for (let value = from; value <= to; value += step) expanded.push([value, 1]);
  return [...expanded, ...(then ?? []).map((value) => [value, 1] as const)];
}

/**
 * Asserts that `actual` is what vector `id` expects, by its own tolerance. Keys that `expected` does not name are not
 * looked at; missing ones fail. Infinity and NaN in `actual` stand for the strings of that name.
 */
export function expectVector(id: string, actual: unknown): void {
  const vector = methodVector(id);
  const problems: string[] = [];
  compare(vector.expected, actual, vector.tolerance, "expected", problems);
  expect(problems, `vector ${id} (${vector.source}): ${problems.join("; ")}`).toEqual([]);
}

function compare(expected: unknown, actual: unknown, tolerance: Tolerance, path: string, problems: string[]): void {
  if (Array.isArray(expected)) {
    if (!isList(actual) || actual.length !== expected.length) {
      problems.push(`${path}: expected a list of ${expected.length}, got ${show(actual)}`);
      return;
    }
    expected.forEach((value, i) => {
      compare(value, actual[i], tolerance, `${path}[${i}]`, problems);
    });
  } else if (typeof expected === "object" && expected !== null) {
    if (typeof actual !== "object" || actual === null) {
      problems.push(`${path}: expected an object, got ${show(actual)}`);
      return;
    }
    for (const [key, value] of Object.entries(expected)) {
      compare(value, (actual as Record<string, unknown>)[key], tolerance, `${path}.${key}`, problems);
    }
  } else if (!isSame(expected, actual, tolerance)) {
    problems.push(`${path}: expected ${show(expected)}, got ${show(actual)}`);
  }
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
}

function isSame(expected: unknown, actual: unknown, tolerance: Tolerance): boolean {
  if (typeof actual === "number" && !Number.isFinite(actual)) return expected === String(actual);
  if (typeof expected !== "number" || typeof actual !== "number" || tolerance === "exact") {
    return expected === actual || (expected === 0 && actual === 0);
  }
  const off = Math.abs(actual - expected);
  return off <= (tolerance.abs ?? 0) || off <= (tolerance.rel ?? 0) * Math.abs(expected);
}

function show(value: unknown): string {
  return typeof value === "number" ? value.toString() : JSON.stringify({ value });
}
