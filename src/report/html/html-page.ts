import { Html, markup, type HtmlValue } from "./html-text.ts";

/** What every page carries with it, made by the build from report/page/ and the chart library, read by the commands. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
  /** SHA-256 of each in base64: the page lets no other script and no other style run. */
  readonly scriptSha256: string;
  readonly styleSha256: string;
}

/** A part of a page with a heading. */
export interface PageSection {
  /** For links within the page. */
  readonly id: string;
  readonly title: string;
  readonly body: HtmlValue;
}

/** What a whole page is made of. */
export interface PageContent {
  readonly title: string;
  /** Below the title: what this is about. */
  readonly header: HtmlValue;
  readonly sections: readonly PageSection[];
  /** The last line: who made it. */
  readonly footer: HtmlValue;
}

/**
 * One HTML document that needs nothing else: no network, no other file. Its policy forbids both, and any script but its
 * own, so that even a fault in escaping could not make it do anything.
 */
export function renderPage({ title, header, sections, footer }: PageContent, assets: PageAssets): string {
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${assets.scriptSha256}'`,
    `style-src 'sha256-${assets.styleSha256}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="floodgate">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${Html.trusted(assets.style)}</style>
</head>
<body>
<main>
<header>
<h1>${title}</h1>
${header}
</header>
${linksTo(sections)}
<noscript><p class="note">[INFO] The charts need JavaScript; all figures are in the tables as well.</p></noscript>
${sections.map(renderSection)}
<footer>${footer}</footer>
</main>
<script>${Html.trusted(assets.script)}</script>
</body>
</html>
`;
  return page.text;
}

function renderSection({ id, title, body }: PageSection): Html {
  return markup`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${body}
</section>
`;
}

function linksTo(sections: readonly PageSection[]): Html | null {
  if (sections.length < 4) return null;
  const links = sections.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`);
  return markup`<nav aria-label="Contents"><ul>${links}</ul></nav>`;
}
