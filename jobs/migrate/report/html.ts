import type { MigrationFigures } from "../figures";
import { type ReportSubject, sections } from "./markdown";

const STYLE =
  "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1a1a1a}table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{border-bottom:1px solid #ddd;padding:.35rem .6rem;text-align:left;vertical-align:top}th{background:#f4f4f4}h2{margin-top:2rem}";

/** The report as one page without references to anything else. */
export function htmlReport(subject: ReportSubject, figures: MigrationFigures): string {
  const title = `Data migration ${subject.from} → ${subject.to}`;
  const parts = sections(subject, figures)
    .filter((section) => section.text !== undefined || (section.rows?.length ?? 0) > 0)
    .map((section) => {
      const text = section.text === undefined ? "" : `<p>${escaped(section.text)}</p>`;
      const head = (section.head ?? []).map((cell) => `<th>${escaped(cell)}</th>`).join("");
      const rows = (section.rows ?? [])
        .map((cells) => `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`)
        .join("\n");
      const table =
        rows === "" ? "" : `<table><thead><tr>${head}</tr></thead><tbody>\n${rows}\n</tbody></table>`;
      return `<h2>${escaped(section.title)}</h2>${text}${table}`;
    });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>${STYLE}</style></head>
<body><h1>${escaped(title)}</h1><p>${escaped(`${subject.stack ?? ""} ${subject.at}`.trim())}</p>
${parts.join("\n")}
</body></html>
`;
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
