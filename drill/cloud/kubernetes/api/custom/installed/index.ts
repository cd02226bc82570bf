import type { Definition } from "../definition";
import { POD_MONITOR, PROMETHEUS_RULE, SERVICE_MONITOR } from "./monitoring";
import { TARGET_GROUP_BINDING } from "./target-group-binding";

/** What a cluster on AWS with a load balancer controller and the Prometheus operator has from the start. */
export const INSTALLED_DEFINITIONS: readonly Definition[] = [
  TARGET_GROUP_BINDING,
  PROMETHEUS_RULE,
  POD_MONITOR,
  SERVICE_MONITOR,
];
