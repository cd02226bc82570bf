import type { Container, PodSpec } from "../types/pod";
import { portName, portNumber } from "./formats";
import type { Problems } from "./problems";

const PROTOCOLS = ["SCTP", "TCP", "UDP"];

/** Ports of a container: their names, numbers and protocols. */
export function checkPorts(at: string, { ports = [] }: Container, problems: Problems): void {
  const names = new Set<string>();
  for (const [index, { name, containerPort, hostPort, protocol }] of ports.entries()) {
    const here = `${at}[${index}]`;
    if (name !== undefined && name !== "") {
      const wrong = portName(name);
      problems.texts(`${here}.name`, name, wrong);
      if (wrong.length === 0 && names.has(name)) problems.duplicate(`${here}.name`, name);
      names.add(name);
    }
    if (!containerPort) problems.required(`${here}.containerPort`);
    else
      for (const message of portNumber(containerPort))
        problems.invalid(`${here}.containerPort`, containerPort, message);
    if (hostPort)
      for (const message of portNumber(hostPort)) problems.invalid(`${here}.hostPort`, hostPort, message);
    problems.oneOf(`${here}.protocol`, protocol, PROTOCOLS);
  }
}

/** Each port of the node once. `taken` are those that containers of the same pod took before. */
export function checkHostPorts(
  at: string,
  { ports = [] }: Container,
  taken: Set<string>,
  problems: Problems,
): void {
  for (const [index, { hostPort, hostIP, protocol }] of ports.entries()) {
    if (!hostPort) continue;
    const key = `${protocol}/${hostIP ?? ""}/${hostPort}`;
    if (taken.has(key)) problems.duplicate(`${at}[${index}].hostPort`, key);
    taken.add(key);
  }
}

/** On the node's own network a port of the container is one of the node. A template may leave it out. */
export function checkNodePorts(
  field: string,
  { containers = [], hostNetwork }: PodSpec,
  template: boolean,
  problems: Problems,
): void {
  if (hostNetwork !== true) return;
  for (const [index, { ports = [] }] of containers.entries())
    for (const [position, { containerPort, hostPort = 0 }] of ports.entries())
      if (hostPort !== containerPort && !(template && hostPort === 0))
        problems.invalid(
          `${field}.containers[${index}].ports[${position}].hostPort`,
          hostPort,
          "must match `containerPort` when `hostNetwork` is true",
        );
}
