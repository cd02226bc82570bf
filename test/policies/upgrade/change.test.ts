import { describe, expect, it } from "vitest";
import { isOpen, localTime } from "../../../policies/upgrade/calendar";
import { upgChangeApproved } from "../../../policies/upgrade/rules/upg-change-approved";
import {
  insideChangeWindow,
  upgInsideChangeWindow,
} from "../../../policies/upgrade/rules/upg-inside-change-window";
import { upgIrreversibleConfirmed } from "../../../policies/upgrade/rules/upg-irreversible-confirmed";
import { outsideFreeze, upgOutsideFreeze } from "../../../policies/upgrade/rules/upg-outside-freeze";
import { provenInStaging } from "../../../policies/upgrade/rules/upg-proven-in-staging";
import { proves, REMOVED } from "../cases";
import { judge } from "../harness";
import { clock, OLD_IMAGE, upgrade } from "./fixtures";

const entered = (step: string) => ({
  [`proofs.${step}`]: {
    verdict: "passed",
    finishedAt: "2026-11-10T07:30:00.000Z",
    key: `production/4.0.0/1/${step}.json`,
  },
});

proves({
  rule: upgChangeApproved,
  good: [upgrade("prepared")],
  failing: [
    [{ "change.ticket": REMOVED }, /no ticket/],
    [{ "change.approver": REMOVED }, /Nobody approved/],
    [{ operator: null }, /who makes the change/],
    [{ change: REMOVED }, /no ticket/, /Nobody approved/],
  ],
  boundary: [
    [{ "change.approver": " Alice " }, /also makes it/],
    [{ "change.ticket": " " }, /no ticket/],
    [{ phase: "steady", change: {} }],
    [{ environment: "staging", change: {} }],
    [{ environment: REMOVED, "change.ticket": REMOVED }, /no ticket/],
  ],
  unknown: ["phase", "environment", "operator", "change.ticket", "change.approver"],
});
proves({
  rule: provenInStaging(clock),
  good: [upgrade("live")],
  failing: [
    [{ staging: null }, /No stack is named/],
    [{ "staging.releases": undefined }, /proved no release, not 4.0.0/],
    [{ "staging.images.[4.0.0].shop": OLD_IMAGE }, /other images: shop/],
    [{ images: {} }, /none are named/],
    [{ "staging.steps.verify": REMOVED }, /has no verify/],
    [{ "staging.steps.switched.verdict": "failed" }, /has a failed switched/],
    [{ promotion: {} }, /no promotion record/],
    [{ promotion: null }, /no promotion record/],
    [{ "promotion.verdict": "failed" }, /says "failed"/],
    [{ "promotion.images": "sha256:other" }, /about other images/],
    [{ "promotion.parameters": "sha256:other" }, /about other parameters/],
    [{ "promotion.wanted.parameters": "sha256:other" }, /about other parameters/],
    [{ "promotion.finishedAt": "2026-10-01T07:00:00.000Z" }, /at most 1209600 s are allowed/],
    [{ "promotion.approver": "carol" }, /approved by somebody else/],
    [{ "promotion.operator": "Bob" }, /Nobody but who promoted/],
    [
      { "staging.steps.verify.digest": "sha256:other" },
      /verify of staging is not the document that was promoted/,
    ],
    [{ "promotion.steps.migrate": REMOVED }, /migrate of staging is not the document/],
    [{ "limits.promotion": REMOVED }, /Nothing says how old a promotion may be/],
  ],
  boundary: [
    [{ phase: "prepared", staging: null }],
    [{ phase: "reverted", staging: null }],
    [{ environment: "staging", staging: null }],
    [{ staging: null, ...entered("switched") }],
    [{ staging: null, attempt: 2, ...entered("switched") }, /No stack is named/],
    [{ "staging.releases.next": "4.0.1" }, /proved 4.0.1/],
  ],
  unknown: [
    "phase",
    "environment",
    "staging",
    "staging.releases.next",
    "staging.images",
    "staging.steps.verify",
    "promotion",
    "promotion.finishedAt",
    "promotion.steps",
  ],
});
proves({
  rule: insideChangeWindow(clock),
  good: [upgrade("live")],
  failing: [
    [{ "change.windows": REMOVED }, /No change windows/],
    [{ "change.windows.0.days": ["wed"] }, /It is tue 09:00 \(Europe\/Berlin\); windows are wed 06:00–16:00/],
    [{ phase: "complete", "change.windows.0.to": "08:00" }, /It is tue 09:00/],
  ],
  boundary: [
    [{ "change.windows.0.from": "09:00" }],
    [{ "change.windows.0.from": "09:01" }, /windows are tue 09:01/],
    [{ "change.windows.0.to": "09:00" }, /06:00–09:00/],
    [{ "change.windows.0.to": "09:01" }],
    [{ "change.timeZone": "America/New_York" }, /It is tue 03:00/],
    [{ "change.windows": [] }],
    [{ "change.windows": [{ days: ["mon"], from: "22:00", to: "10:00" }] }],
    [{ phase: "staged", "change.windows.0.days": ["wed"] }],
    [{ phase: "migrated", "proofs.migrate": REMOVED, "change.windows.0.days": ["wed"] }],
    [
      {
        phase: "migrated",
        strategy: "maintenance",
        "proofs.migrate": REMOVED,
        "change.windows.0.days": ["wed"],
      },
      /It is tue/,
    ],
    [{ "change.windows.0.days": ["wed"], ...entered("switched") }],
  ],
  unknown: ["phase", "change", "change.windows", "change.windows.0.from", "change.timeZone"],
});
proves({
  rule: outsideFreeze(clock),
  good: [upgrade("live")],
  failing: [
    [{ "change.freezes": REMOVED }, /No freezes/],
    [{ "change.freezes.0.from": "2026-11-01" }, /2026-11-10 lies in the freeze .* \(peak season\)/],
  ],
  boundary: [
    [{ "change.freezes.0.from": "2026-11-10" }, /lies in/],
    [{ "change.freezes": [{ from: "2026-11-01", to: "2026-11-10", reason: "r" }] }, /lies in/],
    [{ "change.freezes": [{ from: "2026-11-01", to: "2026-11-09", reason: "r" }] }],
    [{ phase: "reverted", "change.freezes.0.from": "2026-11-01" }],
    [{ "change.freezes.0.from": "2026-11-01", ...entered("switched") }],
    [{ "change.freezes": [] }],
  ],
  unknown: ["phase", "change.freezes", "change.freezes.0.from", "change.timeZone"],
});
proves({
  rule: upgIrreversibleConfirmed,
  good: [upgrade("complete")],
  failing: [
    [{ confirm: [] }, /"complete 4.0.0" is not confirmed: the old data model is archived/],
    [{ confirm: REMOVED }, /is not confirmed/],
    [{ irreversible: REMOVED }, /which steps cannot be undone/],
  ],
  boundary: [
    [{ confirm: ["complete 4.0.1"] }, /is not confirmed/],
    [{ irreversible: [], confirm: [] }, /is not confirmed: the old data model is removed/],
    [{ phase: "live", confirm: [] }],
  ],
  unknown: ["phase", "confirm", "irreversible"],
});

describe("calendar", () => {
  it("follows summer time", () => {
    expect(localTime(new Date("2026-07-01T22:30:00Z"), "Europe/Berlin")).toEqual({
      date: "2026-07-02",
      day: "thu",
      time: "00:30",
    });
  });

  it("lets a window end on the next day", () => {
    const night = { days: ["sun"], from: "22:00", to: "02:00" };
    const at = (day: string, time: string) => isOpen(night, { date: "", day, time });
    expect([at("sun", "22:00"), at("mon", "01:59")]).toEqual([true, true]);
    expect([at("sun", "21:59"), at("mon", "02:00"), at("sun", "01:00"), at("mon", "22:00")]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it("says so when a time zone is unknown, and is no pass", () => {
    const nowhere = upgrade("live", {
      change: { timeZone: "Europe/Nowhere", windows: [{ days: ["tue"], from: "1", to: "2" }], freezes: [] },
    });
    for (const rule of [upgInsideChangeWindow, upgOutsideFreeze])
      expect(judge(rule, [nowhere]).violations[0]).toMatch(/itself failed .*that is not a pass/);
  });
});
