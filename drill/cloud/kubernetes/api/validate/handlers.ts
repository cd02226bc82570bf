import type { Container, Handler, IntOrString, Probe } from "../types/pod";
import { headerName, portName, portNumber } from "./formats";
import type { Problems } from "./problems";

const TYPES = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"] as const;

export function checkPort(field: string, port: IntOrString | undefined, problems: Problems): void {
  if (typeof port === "string") problems.texts(field, port, portName(port));
  else for (const message of portNumber(port ?? 0)) problems.invalid(field, port ?? 0, message);
}

export function checkHandler(
  field: string,
  handler: Handler,
  grace: number | undefined,
  problems: Problems,
): void {
  const given = TYPES.filter((type) => handler[type] !== undefined);
  if (given.length === 0) problems.required(field, "must specify a handler type");
  for (const type of given.slice(1))
    problems.forbidden(`${field}.${type}`, "may not specify more than 1 handler type");
  switch (given[0]) {
    case "exec":
      if ((handler.exec?.command ?? []).length === 0) problems.required(`${field}.exec.command`);
      break;
    case "httpGet": {
      const { path, port, scheme, httpHeaders = [] } = handler.httpGet ?? { port: 0 };
      if (!path) problems.required(`${field}.httpGet.path`);
      checkPort(`${field}.httpGet.port`, port, problems);
      problems.oneOfIfGiven(`${field}.httpGet.scheme`, scheme, ["HTTP", "HTTPS"]);
      for (const { name = "" } of httpHeaders)
        problems.texts(`${field}.httpGet.httpHeaders`, name, headerName(name));
      break;
    }
    case "tcpSocket":
      checkPort(`${field}.tcpSocket.port`, handler.tcpSocket?.port, problems);
      break;
    case "grpc":
      checkPort(`${field}.grpc.port`, handler.grpc?.port, problems);
      break;
    case "sleep": {
      const seconds = handler.sleep?.seconds ?? 0;
      if (grace !== undefined && (seconds < 0 || seconds > grace)) {
        const why = `must be non-negative and less than terminationGracePeriodSeconds (${grace})`;
        problems.invalid(`${field}.sleep`, seconds, why);
      }
      break;
    }
    default:
  }
}

export function checkProbes(
  field: string,
  container: Container,
  grace: number | undefined,
  problems: Problems,
): void {
  const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container;
  for (const [name, probe] of Object.entries({ livenessProbe, readinessProbe, startupProbe })) {
    if (probe !== undefined) checkProbe(`${field}.${name}`, probe, problems);
  }
  for (const [name, probe] of Object.entries({ livenessProbe, startupProbe })) {
    if (probe?.successThreshold !== undefined && probe.successThreshold !== 1) {
      problems.invalid(`${field}.${name}.successThreshold`, probe.successThreshold, "must be 1");
    }
  }
  if (readinessProbe?.terminationGracePeriodSeconds !== undefined) {
    const at = `${field}.readinessProbe.terminationGracePeriodSeconds`;
    problems.invalid(at, readinessProbe.terminationGracePeriodSeconds, "must not be set for readinessProbes");
  }
  for (const name of ["postStart", "preStop"] as const) {
    const hook = lifecycle?.[name];
    if (hook !== undefined) checkHandler(`${field}.lifecycle.${name}`, hook, grace, problems);
  }
}

function checkProbe(field: string, probe: Probe, problems: Problems): void {
  checkHandler(field, probe, undefined, problems);
  const times = [
    "initialDelaySeconds",
    "timeoutSeconds",
    "periodSeconds",
    "successThreshold",
    "failureThreshold",
  ] as const;
  for (const name of times) problems.notNegative(`${field}.${name}`, probe[name]);
  const { terminationGracePeriodSeconds: grace } = probe;
  if (grace !== undefined && grace <= 0)
    problems.invalid(`${field}.terminationGracePeriodSeconds`, grace, "must be greater than 0");
}
