/** A piece of HTML. Only `markup` and `jsonForScript` make it, so that no text of a user or a target gets in unescaped. */
export class Html {
  readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  /** Markup that is safe as it is: our own words, never those of a user or a target. */
  static trusted(text: string): Html {
    return new Html(text);
  }
}

/** What may stand between the braces of a template; null stands for nothing. */
export type HtmlValue = string | number | Html | null | readonly HtmlValue[];

/** A template of HTML: every text put into it is escaped, within elements and within attributes in double quotes. */
export function markup(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return Html.trusted(strings.map((text, index) => text + textOf(values[index] ?? null)).join(""));
}

function textOf(value: HtmlValue): string {
  if (value === null) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "object") return value.map(textOf).join("");
  return escapeHtml(String(value));
}

/**
 * Text as HTML in plain ASCII: right in whatever encoding a browser assumes. Characters that are not to be seen but change
 * how others are shown (control characters, directions of writing) are spelled out.
 */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]|[^\t\n -~]/gu, (character) =>
    invisible.test(character) ? `\\u${codeOf(character).padStart(4, "0")}` : `&#x${codeOf(character)};`,
  );
}

const invisible = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;

function codeOf(character: string): string {
  return character.codePointAt(0)!.toString(16);
}

/** Data for a script element of type application/json: ASCII, and nothing in it can end the element. */
export function jsonForScript(data: unknown): Html {
  const text = JSON.stringify(data).replace(
    /[<>&]|[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return Html.trusted(text);
}
