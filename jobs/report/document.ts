/** A report before it is written as Markdown or HTML. */
export interface Document {
  readonly title: string;
  /** One sentence that stands above everything. */
  readonly verdict: string;
  readonly good: boolean;
  readonly sections: readonly Section[];
}

export interface Section {
  readonly title: string;
  readonly text?: string;
  readonly table?: Table;
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function toMarkdown(document: Document): string {
  const lines = [`# ${document.title}`, "", `**${document.verdict}**`];
  for (const { title, text, table } of document.sections) {
    lines.push("", `## ${title}`);
    if (text !== undefined) lines.push("", text);
    if (table === undefined) continue;
    const row = (cells: readonly string[]): string =>
      `| ${cells.map((cell) => cell.replace(/\|/g, "\\|").replace(/\s+/g, " ")).join(" | ")} |`;
    lines.push("", row(table.columns), row(table.columns.map(() => "---")), ...table.rows.map(row));
  }
  return `${lines.join("\n")}\n`;
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}.verdict{padding:.8rem 1rem;border-left:.4rem solid;background:#f4f4f4}
.good{border-color:#2e7d32}.bad{border-color:#c62828}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd;vertical-align:top}th{background:#f4f4f4}`;

/** One page without anything from elsewhere, so that it can be sent and kept. */
export function toHtml(document: Document): string {
  const sections = document.sections.map(({ title, text, table }) =>
    [
      `<h2>${escapeHtml(title)}</h2>`,
      ...(text === undefined ? [] : [`<p>${escapeHtml(text)}</p>`]),
      ...(table === undefined ? [] : [tableHtml(table)]),
    ].join("\n"),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(document.title)}</title><style>${STYLE}</style></head>
<body><h1>${escapeHtml(document.title)}</h1>
<p class="verdict ${document.good ? "good" : "bad"}">${escapeHtml(document.verdict)}</p>
${sections.join("\n")}
</body></html>
`;
}

function tableHtml({ columns, rows }: Table): string {
  const cells = (tag: string, texts: readonly string[]): string =>
    `<tr>${texts.map((text) => `<${tag}>${escapeHtml(text)}</${tag}>`).join("")}</tr>`;
  return `<table>${cells("th", columns)}${rows.map((row) => cells("td", row)).join("")}</table>`;
}

const escapeHtml = (text: string): string =>
  text.replace(
    /[&<>"]/g,
    (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign,
  );
