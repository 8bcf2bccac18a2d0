/** Where text goes; the host's streams are such. */
export interface Screen {
  readonly isTerminal: boolean;
  readonly columns: number;
  write(text: string): void;
}

const escape = "\u001b[";
const eraseToEnd = `${escape}0J`;

/**
 * A few lines at the bottom of a terminal that are drawn over again. Hides nothing and keeps nothing: `clear` leaves the
 * terminal as if they had never been there, unless its width was changed meanwhile. Writes nothing at all where there is
 * no terminal.
 */
export class LiveScreen {
  readonly #screen: Screen;
  #lines: readonly string[] = [];
  #drawnColumns = 0;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Replaces what was drawn last. Lines wider than the terminal are cut, as a wrapped line could not be found again. */
  draw(text: string): void {
    if (!this.#screen.isTerminal) return;
    const room = Math.max(1, this.#screen.columns - 1);
    const lines = text.split("\n").map((line) => line.slice(0, room));
    this.#screen.write(`${this.#toStart()}${lines.map((line) => `${line}\n`).join("")}`);
    this.#lines = lines;
    this.#drawnColumns = this.#screen.columns;
  }

  /** Writes whole lines above what is drawn; those stay. */
  print(text: string): void {
    if (!this.#screen.isTerminal) {
      this.#screen.write(text);
      return;
    }
    const lines = this.#lines;
    this.clear();
    this.#screen.write(text);
    if (lines.length > 0) this.draw(lines.join("\n"));
  }

  /** Takes away what is drawn. */
  clear(): void {
    if (this.#lines.length === 0) return;
    this.#screen.write(this.#toStart());
    this.#lines = [];
  }

  /**
   * Up to the first drawn line. Some terminals wrap what is there when they are made narrower and some do not, so that
   * nobody can tell how many rows it takes then: it is left where it is, rather than take lines of others with it.
   */
  #toStart(): string {
    if (this.#lines.length === 0) return "";
    const mayHaveWrapped =
      this.#screen.columns < this.#drawnColumns && this.#lines.some((line) => line.length >= this.#screen.columns);
    return mayHaveWrapped ? "" : `\r${escape}${this.#lines.length}A${eraseToEnd}`;
  }
}
