import type uPlot from "uplot";
import type { ChartBand, ChartMark } from "../html/chart-spec.ts";
import type { Palette } from "./palette.ts";

const labelFont = "11px system-ui, sans-serif";
const labelRoom = 4;

/** What names above the plot need, in pixels of the page. */
export const heightOfNames = 18;

/** Shades stretches of x behind everything; above each its name, where it has room. */
export function drawBands(plot: uPlot, bands: readonly ChartBand[], palette: Palette): void {
  const { ctx } = plot;
  let plainOnes = 0;
  for (const band of bands) {
    const area = visibleArea(plot, band.from, band.to);
    if (area === null) continue;
    // Of plain ones every other: side by side, one can tell them apart.
    const isShaded = band.kind !== "plain" || ++plainOnes % 2 === 0;
    if (isShaded) {
      ctx.save();
      ctx.fillStyle =
        band.kind === "doubtful" ? palette.bandDoubtful : band.kind === "pale" ? palette.bandPale : palette.bandPlain;
      ctx.fillRect(area.left, area.top, area.width, area.height);
      ctx.restore();
    }
    writeIfItFits(plot, band.label, area.left, area.width, palette);
  }
}

/** Upright lines with their names. */
export function drawMarks(plot: uPlot, marks: readonly ChartMark[], palette: Palette): void {
  const { ctx, bbox } = plot;
  for (const { at, label, colour } of marks) {
    const x = plot.valToPos(at, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.save();
    ctx.strokeStyle = palette.series(colour);
    ctx.lineWidth = 2 * devicePixelRatio;
    ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.restore();
    writeIfItFits(plot, label, x, bbox.left + bbox.width - x, palette);
  }
}

interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** In pixels of the canvas; null when nothing of it is in view. */
function visibleArea(plot: uPlot, from: number, to: number): Area | null {
  const { bbox } = plot;
  const left = Math.max(bbox.left, plot.valToPos(from, "x", true));
  const right = Math.min(bbox.left + bbox.width, plot.valToPos(to, "x", true));
  return right > left ? { left, top: bbox.top, width: right - left, height: bbox.height } : null;
}

function writeIfItFits(plot: uPlot, label: string, left: number, width: number, palette: Palette): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = labelFont.replace(/^\d+/, (size) => String(Number(size) * ratio));
  ctx.fillStyle = palette.text;
  ctx.textAlign = "left";
  ctx.textBaseline = "bottom";
  const room = labelRoom * ratio;
  if (label !== "" && ctx.measureText(label).width + room <= width) ctx.fillText(label, left, bbox.top - room);
  ctx.restore();
}
