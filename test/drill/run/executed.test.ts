import { expect, it } from "vitest";
import { nameOfType, substanceOf } from "../../../drill/run/executed";
import type { TurnReport } from "../../../drill/run/operator";

const step = (operation: string, type: string, name: string): TurnReport["steps"][number] => ({
  operation,
  type,
  name,
  finishedAt: "2026-01-01T00:00:00Z",
  seconds: 1,
});
const turn = (...steps: TurnReport["steps"]): TurnReport => ({
  phase: "staged",
  seconds: 1,
  startedAt: "2026-01-01T00:00:00Z",
  verdict: "passed",
  changes: {},
  problems: [],
  steps,
});

it("counts each resource once, by whether the cloud ran it or only kept it", () => {
  const turns = [
    turn(
      step("create", "order-upgrade:components:Edge", "edge"),
      step("create", "aws:lb/listener:Listener", "public"),
      step("create", "aws:cloudwatch/metricAlarm:MetricAlarm", "errors"),
      step("create", "kubernetes:apps/v1:Deployment", "web"),
      step("create", "kubernetes:networking.k8s.io/v1:NetworkPolicy", "web"),
      step("create", "random:index/randomPassword:RandomPassword", "app"),
    ),
    turn(
      step("update", "kubernetes:apps/v1:Deployment", "web"),
      step("create", "kubernetes:apps/v1:Deployment", "orders"),
    ),
  ];
  expect(
    substanceOf(turns, {
      recordedTypes: ["aws:cloudwatch/metricAlarm:MetricAlarm"],
      kubernetes: { executedKinds: ["Deployment"] },
    }),
  ).toEqual({
    executed: {
      "aws:lb/listener:Listener": 1,
      "kubernetes:apps/v1:Deployment": 2,
      "random:index/randomPassword:RandomPassword": 1,
    },
    recorded: {
      "aws:cloudwatch/metricAlarm:MetricAlarm": 1,
      "kubernetes:networking.k8s.io/v1:NetworkPolicy": 1,
    },
  });
});

it.each([
  ["aws:secretsmanager/secret:Secret", "secretsmanager.Secret"],
  ["kubernetes:core/v1:Secret", "Secret"],
  ["random:index/randomPassword:RandomPassword", "random.RandomPassword"],
])("tells kinds of one name apart: %s is %s", (type, name) => expect(nameOfType(type)).toBe(name));
