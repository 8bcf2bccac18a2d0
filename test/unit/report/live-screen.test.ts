import { describe, expect, it } from "vitest";
import { LiveScreen } from "../../../src/report/live-screen.ts";

/** A terminal as far as the screen uses one: cursor up, erase to the end, wrapping at its width. */
class Terminal {
  readonly isTerminal: boolean;
  columns: number;
  written = "";
  #rows: string[] = [""];

  constructor(isTerminal: boolean, columns: number) {
    this.isTerminal = isTerminal;
    this.columns = columns;
  }

  write(text: string): void {
    this.written += text;
    for (const part of text.match(/\u001b\[\d+[AJ]|\n|\r|[^\u001b\n\r]+/g) ?? []) this.#take(part);
  }

  /** Breaks rows that are too long for the new width, as terminals do. */
  resize(columns: number): void {
    this.columns = columns;
    this.#rows = this.#rows.flatMap((row) => row.match(new RegExp(`.{1,${columns}}`, "g")) ?? [""]);
  }

  get text(): string {
    return this.#rows.join("\n");
  }

  #take(part: string): void {
    const up = /^\u001b\[(\d+)A$/.exec(part);
    if (up !== null) this.#rows.length -= Number(up[1]);
    else if (part === "\u001b[0J") this.#rows[this.#rows.length - 1] = "";
    else if (part === "\n") this.#rows.push("");
    else if (part !== "\r") {
      this.#rows[this.#rows.length - 1] = `${this.#rows.at(-1) ?? ""}${part}`;
      this.#rows = this.#rows.flatMap((row) => row.match(new RegExp(`.{1,${this.columns}}`, "g")) ?? [""]);
    }
  }
}

describe("LiveScreen", () => {
  it("draws over what it drew before, also with fewer lines", () => {
    const terminal = new Terminal(true, 80);
    terminal.write("before\n");
    const screen = new LiveScreen(terminal);
    screen.draw("one\ntwo\nthree");
    screen.draw("four\nfive");
    expect(terminal.text).toBe("before\nfour\nfive\n");
  });

  it("leaves nothing behind", () => {
    const terminal = new Terminal(true, 80);
    terminal.write("before\n");
    const screen = new LiveScreen(terminal);
    screen.draw("one\ntwo");
    screen.clear();
    screen.clear();
    expect(terminal.text).toBe("before\n");
  });

  it("prints lines above what is drawn", () => {
    const terminal = new Terminal(true, 80);
    const screen = new LiveScreen(terminal);
    screen.draw("one\ntwo");
    screen.print("a note\n");
    screen.draw("three");
    expect(terminal.text).toBe("a note\nthree\n");
  });

  it("cuts lines that would wrap", () => {
    const terminal = new Terminal(true, 10);
    const screen = new LiveScreen(terminal);
    screen.draw("0123456789abcdef\nx");
    expect(terminal.text).toBe("012345678\nx\n");
  });

  it.each([true, false])("erases no line of others when the terminal has become narrower (it wraps: %s)", (wraps) => {
    const terminal = new Terminal(true, 40);
    terminal.write("before\n");
    const screen = new LiveScreen(terminal);
    screen.draw(`${"x".repeat(35)}\n${"y".repeat(12)}`);
    if (wraps) terminal.resize(10);
    else terminal.columns = 10;
    screen.draw("new");
    expect(terminal.text).toMatch(/^before\nx+\n[^]*\nnew\n$/);
    screen.draw("newer");
    expect(terminal.text).toMatch(/^before\nx+\n[^]*\nnewer\n$/);
    expect(terminal.text).not.toMatch(/new\n[^]*newer/);
  });

  it("still draws over short lines after the terminal has become narrower", () => {
    const terminal = new Terminal(true, 40);
    terminal.write("before\n");
    const screen = new LiveScreen(terminal);
    screen.draw("one\ntwo");
    terminal.resize(10);
    screen.draw("new");
    expect(terminal.text).toBe("before\nnew\n");
  });

  it("writes nothing but plain prints where there is no terminal", () => {
    const terminal = new Terminal(false, 80);
    const screen = new LiveScreen(terminal);
    screen.draw("one");
    screen.print("a note\n");
    screen.clear();
    expect(terminal.written).toBe("a note\n");
  });
});
