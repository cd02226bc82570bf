import { writeFileSync } from "node:fs";
import path from "node:path";
import type { Rule } from "./frame/rule";
import { securityRules } from "./security/rules";
import { upgradeRules } from "./upgrade/rules";

const INTRODUCTION = `# Policies

Made from the code by \`npx tsx policies/documentation.ts\`; a test keeps both equal.

Two packs stop an unsafe change before it is applied. \`policies/security\` asks whether a resource is safe,
\`policies/upgrade\` whether this step of an upgrade is. They run wherever the program runs:

\`\`\`
pulumi preview --policy-pack policies/security --policy-pack policies/upgrade
\`\`\`

\`order-upgrade run\` and the pull-request check use both by themselves.

## How a rule ends

| outcome | meaning |
| --- | --- |
| violation of a mandatory rule | preview and update stop; in an update the resource is not made |
| violation of an advisory rule | shown |
| UNDECIDED | a value is not known in this preview: the engine shows it as advice, the pull-request check fails |
| decided in the update | the value is never known before; the update decides |
| the rule itself failed | a violation that names the rule, never a pass |

Rules about one resource see its new inputs and its options. They do not see deletes, replacements or old values: the
pull-request check and the operator's command read those from the plan, and stop on each planned delete or replacement of
what holds data unless \`confirm\` names it, such as \`replace database\`.

The upgrade pack reads the resource \`order-upgrade:upgrade:Upgrade\`, which the program registers: position of the dial, who
makes and who approved the change, what the releases say about themselves, and the proofs earlier updates left. A fact
that is missing is a violation.

## Pull-request check

\`\`\`
npm run check -- --stack production --base main --output check
\`\`\`

It previews the working tree and the base on the offline engine, without credentials, and compares them. It prints what
changes by group, what cannot be undone, policy results, waivers with the days they still hold, what was not decided, and
which cost drivers are touched; \`--output\` writes \`check.md\`, \`check.sarif\` and \`check.json\`. It ends with 0, or with 1
when something stands in the way. \`--engine pulumi\` without \`--base\` compares with the real state instead: only then is each
replacement known; the comparison of two programs knows those of resources that hold data.

\`.github/workflows/pull-request.yml\` runs it and keeps one comment. On GitLab:

\`\`\`yaml
check:
  image: node:20
  rules: [{ if: $CI_PIPELINE_SOURCE == "merge_request_event" }]
  variables: { GIT_DEPTH: 0 }
  script:
    - npm ci
    - npm run check -- --stack production --base origin/$CI_MERGE_REQUEST_TARGET_BRANCH_NAME --output check
  artifacts: { when: always, paths: [check] }
\`\`\`

## Proof

\`npm run mutants\` runs the program of the production stack in every phase, breaks one safe setting of one resource at a
time, and asks both packs. It prints how many of the mutants that these rules cover are caught, and names each survivor
with the reason why no rule speaks about it; less than 95 % is a failure.

## Waivers

\`policies/waivers.yaml\` holds exceptions: exact rule and resource, stacks, reason, owner, approver (somebody else), granted,
expires (at most 90 days later). Each run counts those in use; an expired, unknown or unused one is a violation. Rules
marked «no waiver» cannot be lifted.

\`\`\`yaml
waivers:
  - rule: cw-log-retention
    resource: edge
    stacks: [staging]
    reason: Log volume is measured first, retention is set in CHG-1234.
    owner: platform@shop.example
    approver: security@shop.example
    granted: 2026-11-01
    expires: 2026-12-15
\`\`\`
`;

/** The page on policies, made from the rules. */
export const policiesPage = (): string =>
  [INTRODUCTION, section("Upgrade pack", upgradeRules), section("Security pack", securityRules)].join("\n");

function section(title: string, rules: readonly Rule[]): string {
  const table = rules.map(
    ({ name, title: sentence, level, severity }) =>
      `| [${name}](#${name}) | ${sentence} | ${level}, ${severity} |`,
  );
  return [
    `## ${title} (${rules.length} rules)`,
    "",
    "| rule | what holds in a good stack | level, severity |",
    "| --- | --- | --- |",
    ...table,
    "",
    ...rules.map(entry),
  ].join("\n");
}

function entry(rule: Rule): string {
  const settings = Object.entries(rule.configuration?.properties ?? {}).map(
    ([key, schema]) =>
      `\`${key}\`${"default" in schema ? ` (${JSON.stringify(schema.default)})` : ""}: ${schema.description ?? ""}`,
  );
  const remarks = [
    rule.controls.length > 0
      ? `Supports ${rule.controls.map(({ framework, id }) => `${framework} ${id}`).join(", ")}.`
      : "",
    settings.length > 0 ? `Settings: ${settings.join(" ")}` : "",
    rule.unknown === "wait" ? "Values unknown in a preview are decided in the update." : "",
    rule.exemptible ? "" : "No waiver.",
    rule.link.startsWith("http") ? `[Background](${rule.link}).` : "",
  ].filter((text) => text !== "");
  return [
    `### ${rule.name}`,
    "",
    `${rule.title} ${rule.remediation}`,
    "",
    ...(remarks.length > 0 ? [remarks.join(" "), ""] : []),
  ].join("\n");
}

if (require.main === module) writeFileSync(path.join(__dirname, "..", "docs", "policies.md"), policiesPage());
