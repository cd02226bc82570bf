import { spoken } from "../../infra/units";
import type { ReportContent, Section } from "./content";

const STYLE =
  "body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1d2329}" +
  "table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #d8dee4;padding:.35rem .6rem;text-align:left;vertical-align:top}" +
  ".passed{color:#116329}.failed{color:#a40e26;font-weight:600}code{font-size:.85em;color:#57606a}summary{cursor:pointer}";

/** Text from documents is never trusted to be no markup. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** The report as one page without scripts and without anything from elsewhere. */
export function reportHtml({ stack, release, writtenAt, evidence, sections }: ReportContent): string {
  const title = escaped(`${release} in ${stack}`);
  const rows = sections
    .map(
      (one) =>
        `<tr><td>${escaped(one.step)}</td><td class="${one.verdict === "passed" ? "passed" : "failed"}">${escaped(one.verdict)}</td><td>${escaped(one.startedAt)}</td><td>${spoken(one.seconds)}</td><td>${escaped(one.summary)}</td></tr>`,
    )
    .join("\n");
  const broken = evidence.broken
    .map(({ key, problem }) => `<li class="failed"><code>${escaped(key)}</code>: ${escaped(problem)}</li>`)
    .join("");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style></head><body>
<h1>${title}</h1>
<p>Written ${escaped(writtenAt)} from ${evidence.documents.length} documents. Evidence: <span class="${evidence.verdict}">${evidence.verdict === "passed" ? "as it was written" : "altered or incomplete"}</span>.</p>
${broken === "" ? "" : `<h2>Evidence that cannot be trusted</h2><ul>${broken}</ul>`}
<h2>Steps</h2>
<table><thead><tr><th>step</th><th>verdict</th><th>began</th><th>took</th><th>what</th></tr></thead><tbody>
${rows}
</tbody></table>
${sections.map(details).join("\n")}
</body></html>
`;
}

function details({ step, key, checks, figures }: Section): string {
  const list = [
    ...checks.map(
      ({ name, holds, detail }) =>
        `<li class="${holds ? "passed" : "failed"}">${escaped(name)}${detail === undefined ? "" : `: ${escaped(detail)}`}</li>`,
    ),
    ...figures.map(([name, value]) => `<li>${escaped(name)}: ${escaped(value)}</li>`),
  ].join("");
  return `<details><summary>${escaped(step)} <code>${escaped(key)}</code></summary><ul>${list}</ul></details>`;
}
