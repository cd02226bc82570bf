import { type Findings, type Properties, resourceRule } from "../../frame/rule";
import { type Clock, systemClock } from "../calendar";
import { isEntered, isProduction, UPGRADE } from "../facts";

const STEPS = ["restore-check", "migrate", "verify", "switched"] as const;

export const provenInStaging = (clock: Clock) =>
  resourceRule({
    name: "upg-proven-in-staging",
    title: "Production changes its data only for a release that staging went live with, byte for byte.",
    severity: "critical",
    level: "mandatory",
    controls: [
      { framework: "PCI DSS", id: "6.5.1" },
      { framework: "PCI DSS", id: "6.5.3" },
    ],
    remediation:
      "Take staging to live with the same release, leave it there or at complete, name it in change.staging, and promote it with order-upgrade promote.",
    // Proofs lie with the real state: a preview without it knows none, the update does.
    unknown: "wait",
    types: [UPGRADE],
    check({ props }, findings) {
      const { phase, next, staging } = props;
      if (!isProduction(props) || typeof next !== "string") return;
      // Proofs are asked for on the way in; going back and finishing must not hang on another stack.
      if (!["migrated", "live"].includes(String(phase)) || isEntered(props)) return;
      if (staging === undefined || staging === null)
        return findings.report("No stack is named that proved the release.", "change.staging");
      findings.part(() => {
        const release = staging.releases?.next;
        if (release !== next)
          findings.report(`Staging proved ${release ?? "no release"}, not ${next}.`, "staging.releases");
      });
      findings.part(() => {
        const [there, here] = [staging.images?.[next], props.images?.[next]] as (Properties | undefined)[];
        const names = here === undefined ? [] : Object.keys(here);
        const other = names.filter((name) => there?.[name] !== here?.[name]);
        if (names.length === 0 || other.length > 0)
          findings.report(
            `Staging proved other images: ${other.join(", ") || "none are named"}.`,
            "staging.images",
          );
      });
      for (const step of STEPS)
        findings.part(() => {
          const verdict = staging.steps?.[step]?.verdict;
          if (verdict !== "passed")
            findings.report(
              `Staging has ${verdict === undefined ? "no" : `a ${verdict}`} ${step}.`,
              `staging.steps.${step}`,
            );
        });
      judgeRecord(props, findings, clock());
    },
  });

export const upgProvenInStaging = provenInStaging(systemClock);

/** The record of the promotion stands for what staging holds and what this stack wants, and two people stand for it. */
function judgeRecord(props: Properties, findings: Findings, now: Date): void {
  const { promotion, staging } = props;
  const report = (message: string): void => findings.report(message, "promotion");
  if (promotion?.finishedAt === undefined) {
    report("There is no promotion record.");
    return;
  }
  findings.part(() => {
    const age = (now.getTime() - Date.parse(String(promotion.finishedAt))) / 1000;
    const limit = props.limits?.promotion;
    if (typeof limit !== "number") report("Nothing says how old a promotion may be.");
    else if (!(age <= limit))
      report(`The promotion record is ${Math.round(age)} s old, at most ${limit} s are allowed.`);
  });
  findings.part(() => {
    if (promotion.verdict !== "passed") report(`The promotion record says "${promotion.verdict}".`);
    for (const what of ["images", "parameters"])
      if (promotion[what] === undefined || promotion[what] !== promotion.wanted?.[what])
        report(`The promotion record is about other ${what}.`);
  });
  findings.part(() => {
    const [approver, operator] = [promotion.approver, promotion.operator].map((one) =>
      String(one ?? "").toLowerCase(),
    );
    if (approver === "" || approver === operator) report("Nobody but who promoted approved the promotion.");
    if (promotion.approver !== props.change?.approver)
      report("The promotion was approved by somebody else than the change.");
  });
  for (const step of STEPS)
    findings.part(() => {
      const digest = promotion.steps?.[step];
      // A missing document has been reported.
      if (staging.steps?.[step] === undefined) return;
      if (digest === undefined || digest !== staging.steps?.[step]?.digest)
        report(`${step} of staging is not the document that was promoted.`);
    });
}
