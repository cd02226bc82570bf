import { execFileSync } from "node:child_process";
import os from "node:os";
import type { Parameters } from "../../infra/parameters";
import { type Freeze, frozen, isOpen, localTime, nextOpening } from "../../infra/plan/calendar";
import type { Turn } from "../path";

/** Turns that go back are allowed at any time, and so is standing still. */
const FORWARD = new Set(["prepared", "migrated", "live", "complete"]);
const NOTICED = new Set(["live", "complete"]);

/** What keeps a turn from being taken now: freezes, closed windows, one person in two roles. Each names the way out. */
export function forbids(
  parameters: Parameters,
  freezes: readonly Freeze[],
  turn: Turn,
  now: Date,
  operators: readonly string[],
): string[] {
  return [
    ...forbiddenByCalendar(parameters, freezes, turn, now),
    ...forbiddenByRoles(parameters, turn, operators),
  ];
}

function forbiddenByCalendar(
  { change, strategy }: Parameters,
  freezes: readonly Freeze[],
  { phase }: Turn,
  now: Date,
): string[] {
  if (!FORWARD.has(phase)) return [];
  const { date, day, time } = localTime(now, change.timeZone);
  const windows =
    NOTICED.has(phase) || (strategy === "maintenance" && phase === "migrated") ? change.windows : [];
  const freeze = frozen(freezes, now, change.timeZone);
  const problems = [
    ...(freeze === undefined
      ? []
      : [`${date} lies in the freeze ${freeze.from} to ${freeze.to} (${freeze.reason}).`]),
    ...(isOpen(windows, now, change.timeZone)
      ? []
      : [
          `It is ${day} ${time} (${change.timeZone}); ${phase} may be entered ${windows
            .map((one) => `${one.days.join(" ")} ${one.from}–${one.to}`)
            .join(", ")}.`,
        ]),
  ];
  if (problems.length === 0) return [];
  const next = nextOpening(windows, freezes, now, change.timeZone);
  const opening = next === undefined ? undefined : localTime(next, change.timeZone);
  const wayOut =
    opening === undefined
      ? "No window opens within a year: correct change.windows and change.freezes."
      : `Run again from ${opening.day} ${opening.date} ${opening.time} (${change.timeZone}). Going back (rollback, abort) is allowed at any time.`;
  return problems.map((problem) => `${problem} Way out: ${wayOut}`);
}

function forbiddenByRoles(
  { environment, change }: Parameters,
  { phase }: Turn,
  operators: readonly string[],
): string[] {
  if (environment !== "production" || phase === "steady") return [];
  const approver = change.approver?.trim().toLowerCase();
  return approver !== undefined && operators.some((one) => one.trim().toLowerCase() === approver)
    ? [
        `${change.approver} approved the change and makes it. Way out: somebody else runs this command, or somebody else approves and change.approver names them.`,
      ]
    : [];
}

/** Every name under which the person at the keyboard is known here. The packs compare with the cloud's identity as well. */
export function operatorNames(environment: NodeJS.ProcessEnv = process.env): string[] {
  const named = environment.ORDER_UPGRADE_OPERATOR;
  if (named !== undefined && named !== "") return [named];
  return [os.userInfo().username, gitSetting("user.name"), gitSetting("user.email")].filter(
    (one) => one !== "",
  );
}

function gitSetting(name: string): string {
  try {
    return execFileSync("git", ["config", "--get", name], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "";
  }
}
