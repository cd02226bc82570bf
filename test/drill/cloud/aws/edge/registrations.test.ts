import { beforeEach, expect, test } from "vitest";
import { Registrations } from "../../../../../drill/cloud/aws/edge/control/registrations";
import type { GroupSettings } from "../../../../../drill/cloud/aws/edge/data-plane/configuration";

const GROUP = { arn: "arn:group", name: "shop" } as GroupSettings;
const POD = { id: "pod", host: "127.0.0.1", port: 1 };
const OTHER = { id: "other", host: "127.0.0.1", port: 2 };

let registrations: Registrations;
const health = () => Object.fromEntries(registrations.health(GROUP.arn));

beforeEach(() => {
  registrations = new Registrations();
  registrations.setGroups([GROUP]);
});

test("owners add up, and one that withdraws takes only its own targets along", () => {
  registrations.setTargets(GROUP.arn, "one", [POD]);
  expect(registrations.setTargets(GROUP.arn, "two", [OTHER, POD])).toEqual([
    { ...POD, registration: 1 },
    { ...OTHER, registration: 2 },
  ]);
  registrations.setTargets(GROUP.arn, "two", []);
  expect(health()).toEqual({ pod: "initial" });
});

test("the health of a former registration says nothing about the target registered anew", () => {
  registrations.setTargets(GROUP.arn, "one", [POD]);
  registrations.setHealth(GROUP.arn, 1, "healthy");
  expect(health()).toEqual({ pod: "healthy" });
  registrations.setTargets(GROUP.arn, "one", []);
  registrations.setTargets(GROUP.arn, "one", [POD]);
  registrations.setHealth(GROUP.arn, 1, "unhealthy");
  expect(health()).toEqual({ pod: "initial" });
  registrations.setHealth(GROUP.arn, 2, "healthy");
  expect(health()).toEqual({ pod: "healthy" });
});

test("targets wait for their group, and a group that went forgets them", () => {
  const late = { arn: "arn:late", name: "late" } as GroupSettings;
  registrations.setTargets(late.arn, "one", [POD]);
  expect(registrations.health(late.arn).size).toBe(0);
  registrations.setGroups([GROUP, late]);
  expect(registrations.arnsOf("late")).toEqual([late.arn]);
  expect(registrations.health(late.arn).get("pod")).toBe("initial");
  registrations.setGroups([GROUP]);
  expect(registrations.arnsOf("late")).toEqual([]);
  registrations.setGroups([GROUP, late]);
  expect(registrations.targets(late.arn)).toEqual([]);
});
