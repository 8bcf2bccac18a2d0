/** What was delivered at one level: of `n` clients (or at an offered rate of `n`), `x` messages per second. */
export interface ThroughputLevel {
  readonly n: number;
  readonly x: number;
}

/** The three parameters of the Universal Scalability Law. */
export interface ScalabilityLaw {
  /** Throughput of a single client without any contention, X(1). */
  readonly lambda: number;
  /** Contention: the part of the work that only one can do at a time, 0 .. 1. */
  readonly sigma: number;
  /** Coherency: what each pair of clients costs; it makes throughput fall again, so it is what gives a peak. */
  readonly kappa: number;
}

/** The law fitted to levels, and what follows from it. */
export interface ScalabilityFit extends ScalabilityLaw {
  /** Level of the greatest throughput, sqrt((1 - sigma) / kappa); Infinity without coherency cost. */
  readonly peakN: number;
  /** X(peakN); Infinity where throughput grows without end. */
  readonly peakX: number;
  /** Throughput that contention alone would allow, lambda / sigma; Infinity without contention. */
  readonly amdahlLimit: number;
  /** Where the straight line of the start would meet the Amdahl limit, 1 / sigma; Infinity without contention. */
  readonly optimalN: number;
  /** Share of the variance explained; null when all levels gave the same throughput. */
  readonly r2: number | null;
  /** Residual standard error with n - 3 degrees of freedom, in units of x; null for three levels. */
  readonly rse: number | null;
}

/** Fewer levels cannot tell three parameters. */
export const fewestLevels = 3;

/** X(n) = lambda n / (1 + sigma (n - 1) + kappa n (n - 1)) (Gunther 2007). */
export function predictThroughput(law: ScalabilityLaw, n: number): number {
  return law.lambda * shapeAt(n, law);
}

/**
 * Least squares with 0 <= sigma <= 1 and kappa >= 0. For given sigma and kappa the best lambda is sum(x g) / sum(g^2), so
 * only two dimensions are searched: a coarse grid, then a pattern search (Hooke and Jeeves 1961). `near` spares the
 * grid when the answer is known to be close. Null for fewer than three different levels, or nothing delivered at any.
 */
export function fitScalability(levels: readonly ThroughputLevel[], near?: ScalabilityLaw): ScalabilityFit | null {
  const usable = levels.filter(({ n }) => n > 0);
  if (new Set(usable.map(({ n }) => n)).size < fewestLevels || usable.every(({ x }) => x <= 0)) return null;
  const squares = (shape: Shape): number => squaresOf(shape, usable);
  const start = near ?? bestOfGrid(usable, squares);
  const found = searchPattern(start, directionsFor(usable), squares);
  const negligible = 1e-20 * usable.reduce((sum, { x }) => sum + x * x, 0);
  const shape = snapToBounds(found, squares, negligible);
  const lambda = lambdaOf(shape, usable);
  return describeFit({ lambda, ...shape }, squares(shape), usable);
}

/** The law without its scale. */
type Shape = Pick<ScalabilityLaw, "sigma" | "kappa">;
type Squares = (shape: Shape) => number;

function shapeAt(n: number, { sigma, kappa }: Shape): number {
  return n / (1 + sigma * (n - 1) + kappa * n * (n - 1));
}

function lambdaOf(shape: Shape, levels: readonly ThroughputLevel[]): number {
  let [products, squares] = [0, 0];
  for (const { n, x } of levels) {
    const g = shapeAt(n, shape);
    products += x * g;
    squares += g * g;
  }
  return products / squares;
}

function squaresOf(shape: Shape, levels: readonly ThroughputLevel[]): number {
  const lambda = lambdaOf(shape, levels);
  let sum = 0;
  for (const { n, x } of levels) sum += (x - lambda * shapeAt(n, shape)) ** 2;
  return sum;
}

const sigmaSteps = 25;
const kappaSteps = 41;

/** 26 x 42 points: 0, and steps of equal ratio up to where one parameter alone would bend the curve before its first level. */
function bestOfGrid(levels: readonly ThroughputLevel[], squares: Squares): Shape {
  const ns = levels.map(({ n }) => n);
  const [least, most] = [Math.min(...ns), Math.max(...ns)];
  const sigmas = logSteps(Math.min(1e-3 / most, 1e-3), 1, sigmaSteps);
  const kappas = logSteps(1e-5 / most ** 2, 10 / least ** 2, kappaSteps);
  let best: Shape = { sigma: 0, kappa: 0 };
  let bestSquares = Infinity;
  for (const sigma of sigmas) {
    for (const kappa of kappas) {
      const found = squares({ sigma, kappa });
      if (found < bestSquares) [best, bestSquares] = [{ sigma, kappa }, found];
    }
  }
  return best;
}

function logSteps(from: number, to: number, steps: number): readonly number[] {
  const ratio = (to / from) ** (1 / (steps - 1));
  return [0, ...Array.from({ length: steps }, (_, i) => Math.min(to, from * ratio ** i))];
}

/**
 * Ways to change a curve: along each parameter; and, as contention and coherency stand in for each other, such that one is
 * traded for the other and the curve keeps its height at the last level, or at the first.
 */
function directionsFor(levels: readonly ThroughputLevel[]): readonly Shape[] {
  const ns = levels.map(({ n }) => n);
  const [least, most] = [Math.min(...ns), Math.max(...ns)];
  return [
    { sigma: most, kappa: 0 },
    { sigma: 0, kappa: 1 },
    { sigma: most, kappa: -1 },
    { sigma: Math.max(2, least), kappa: -1 },
  ];
}

const mostRounds = 1000;
/** Squares that differ by less than the rounding of doubles tell no finer steps apart. */
const smallestStep = 1e-9;

/**
 * Tries a step forth and back along each direction, longer after one that helped, shorter after none; and once a round the
 * whole way of the round again.
 */
function searchPattern(start: Shape, directions: readonly Shape[], squares: Squares): Shape {
  const ways = directions.map(({ sigma }) => Math.abs(sigma)).filter((way) => way > 0);
  const most = Math.max(1, ...ways);
  const scale = Math.max(start.kappa, start.sigma / most, 1e-3 / most ** 2);
  const steps = directions.map(() => scale / 4);
  let point = start;
  let value = squares(point);
  const isBetter = (next: Shape): boolean => {
    const found = squares(next);
    if (found >= value) return false;
    [point, value] = [next, found];
    return true;
  };
  for (let round = 0; round < mostRounds && steps.some((step) => step > scale * smallestStep); round++) {
    const before = point;
    directions.forEach((direction, i) => {
      const step = steps[i]!;
      const helped = isBetter(moved(point, direction, step)) || isBetter(moved(point, direction, -step));
      steps[i] = helped ? step * 2 : step / 2;
    });
    if (point !== before) {
      isBetter(moved(point, { sigma: point.sigma - before.sigma, kappa: point.kappa - before.kappa }, 1));
    }
  }
  return point;
}

function moved({ sigma, kappa }: Shape, direction: Shape, step: number): Shape {
  return {
    sigma: Math.min(1, Math.max(0, sigma + direction.sigma * step)),
    kappa: Math.max(0, kappa + direction.kappa * step),
  };
}

/** Sums of squares that differ by less than this share are the same but for rounding. */
const sameSquares = 1e-9;

/** A parameter that is 0 but for rounding is 0: a peak at a million clients would otherwise follow from noise of 1e-16. */
function snapToBounds(found: Shape, squares: Squares, negligible: number): Shape {
  const most = squares(found) * (1 + sameSquares) + negligible;
  const isAsGood = (shape: Shape): boolean => squares(shape) <= most;
  const along = (direction: Shape) =>
    searchPattern({ sigma: found.sigma * direction.sigma, kappa: found.kappa * direction.kappa }, [direction], squares);
  const straight: Shape = { sigma: 0, kappa: 0 };
  if (isAsGood(straight)) return straight;
  return [along({ sigma: 1, kappa: 0 }), along({ sigma: 0, kappa: 1 })].find(isAsGood) ?? found;
}

function describeFit(law: ScalabilityLaw, residual: number, levels: readonly ThroughputLevel[]): ScalabilityFit {
  const { lambda, sigma, kappa } = law;
  const peakN = kappa === 0 ? Infinity : Math.sqrt((1 - sigma) / kappa);
  const amdahlLimit = sigma === 0 ? Infinity : lambda / sigma;
  const mean = levels.reduce((sum, { x }) => sum + x, 0) / levels.length;
  const spread = levels.reduce((sum, { x }) => sum + (x - mean) ** 2, 0);
  return {
    ...law,
    peakN,
    peakX: peakN === Infinity ? amdahlLimit : predictThroughput(law, peakN),
    amdahlLimit,
    optimalN: sigma === 0 ? Infinity : 1 / sigma,
    r2: spread === 0 ? null : 1 - residual / spread,
    rse: levels.length > fewestLevels ? Math.sqrt(residual / (levels.length - fewestLevels)) : null,
  };
}
