import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { HealthCheck } from "../../../../../drill/cloud/aws/edge/data-plane/configuration";
import { watchHealth } from "../../../../../drill/cloud/aws/edge/data-plane/health-check";
import { eventually } from "../../eventually";

const CHECK: HealthCheck = {
  enabled: true,
  path: "/ready",
  port: undefined,
  matcher: "200",
  intervalSeconds: 0.02,
  timeoutSeconds: 1,
  healthyThreshold: 3,
  unhealthyThreshold: 2,
};

let server: Server;
let statuses: number[];
let asked: string[];
let reports: string[];
let stop: () => void;

beforeEach(async () => {
  [statuses, asked, reports] = [[], [], []];
  server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers["user-agent"]}`);
    // The last status is answered from then on.
    response.writeHead((statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 200).end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});

afterEach(async () => {
  stop();
  await new Promise((done) => server.close(done));
});

const watch = (check: Partial<HealthCheck> = {}): void => {
  const { port } = server.address() as AddressInfo;
  stop = watchHealth({ id: "one", host: "127.0.0.1", port }, { ...CHECK, ...check }, (health, reason) =>
    reports.push(`${health}: ${reason}`),
  );
};

/** Healths in the order in which they came, each once. */
const course = (): string[] =>
  reports
    .map((report) => report.split(":")[0] ?? "")
    .filter((health, index, all) => health !== all[index - 1]);

test("one success makes a new target healthy; after that the thresholds count", async () => {
  statuses = [200, 503, 200, 503, 503, 200, 200, 200];
  watch();
  await eventually(course).toEqual(["healthy", "unhealthy", "healthy"]);
  expect(reports.slice(0, 8)).toEqual([
    "healthy: passed",
    "healthy: answered 503",
    "healthy: passed",
    "healthy: answered 503",
    "unhealthy: answered 503",
    "unhealthy: passed",
    "unhealthy: passed",
    "healthy: passed",
  ]);
  expect(asked[0]).toBe("/ready ELB-HealthChecker/2.0");
});

test("a new target that never answers well is unhealthy after its patience", async () => {
  statuses = [500];
  watch();
  await eventually(() => course().at(-1)).toBe("unhealthy");
  expect(course()).not.toContain("healthy");
});

test("a target that refuses connections fails with the reason", async () => {
  const { port } = server.address() as AddressInfo;
  watch({ port: port === 1 ? 2 : 1 });
  await eventually(() => reports[0]).toMatch(/ECONNREFUSED|EACCES/);
});

test("without health checks every target is healthy", () => {
  watch({ enabled: false });
  expect(reports).toEqual(["healthy: health checks are off"]);
  expect(asked).toEqual([]);
});
