import type { Container } from "../types/pod";
import { portName, portNumber } from "./formats";
import type { Problems } from "./problems";

const PROTOCOLS = ["SCTP", "TCP", "UDP"];

/** Ports of a container. `hosts` are the ports of the node that containers of the same pod took before. */
export function checkPorts(
  at: string,
  { ports = [] }: Container,
  hostNetwork: boolean,
  hosts: Set<string>,
  problems: Problems,
): void {
  const names = new Set<string>();
  for (const [index, { name, containerPort, hostPort, hostIP, protocol }] of ports.entries()) {
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
    if (hostPort) {
      for (const message of portNumber(hostPort)) problems.invalid(`${here}.hostPort`, hostPort, message);
      if (hostNetwork && hostPort !== containerPort) {
        problems.invalid(
          `${here}.containerPort`,
          containerPort,
          "must match `hostPort` when `hostNetwork` is true",
        );
      }
      const key = `${protocol}/${hostIP ?? ""}/${hostPort}`;
      if (hosts.has(key)) problems.duplicate(`${here}.hostPort`, key);
      hosts.add(key);
    }
    problems.oneOf(`${here}.protocol`, protocol, PROTOCOLS);
  }
}
