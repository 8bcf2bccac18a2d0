/**
 * Cells for times in microseconds where there is one set for each of many connections: exact below 16, from there on eight
 * cells an octave, so that what is read back is at most 1/16 off. 928 bytes in place of the 56 kB of a histogram.
 */
export const coarseCells = 232;

const exactBelow = 16;
const firstOctave = 4;
const perOctave = 8;

/** The cell of a time of 0 .. 2^31 - 1 microseconds. */
export function coarseCellOf(us: number): number {
  if (us < exactBelow) return us;
  const octave = 31 - Math.clz32(us);
  return exactBelow + (octave - firstOctave) * perOctave + ((us >>> (octave - 3)) & (perOctave - 1));
}

/** The middle of what falls into a cell, microseconds. */
export function middleOfCoarseCell(cell: number): number {
  if (cell < exactBelow) return cell;
  const octave = firstOctave + Math.floor((cell - exactBelow) / perOctave);
  const width = 2 ** (octave - 3);
  const lowest = (perOctave + ((cell - exactBelow) % perOctave)) * width;
  return lowest + (width - 1) / 2;
}

/**
 * The value below which a share `ratio` of the `count` times in the cells from `first` on lies (nearest rank), microseconds;
 * NaN where fewer than ten lie beyond it: then it would be a matter of chance.
 */
export function coarsePercentile(cells: Uint32Array, first: number, count: number, ratio: number): number {
  if (count * (1 - ratio) < 10 - 1e-9) return NaN;
  const rank = Math.ceil(count * ratio);
  let below = 0;
  for (let cell = 0; cell < coarseCells; cell += 1) {
    below += cells[first + cell]!;
    if (below >= rank) return middleOfCoarseCell(cell);
  }
  return NaN;
}
