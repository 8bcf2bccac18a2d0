import type { ChartColour } from "../html/chart-spec.ts";

/** Colours of a chart, as the style sheet has them now: light or dark. */
export interface Palette {
  series(colour: ChartColour): string;
  readonly text: string;
  readonly grid: string;
  readonly bandPlain: string;
  readonly bandPale: string;
  readonly bandDoubtful: string;
}

/** Reads the colours from the variables of the style sheet. */
export function readPalette(root: HTMLElement): Palette {
  const style = getComputedStyle(root);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    series: (name) => colour(name),
    text: colour("text-soft"),
    grid: colour("grid"),
    bandPlain: colour("band-plain"),
    bandPale: colour("band-pale"),
    bandDoubtful: colour("band-doubtful"),
  };
}
