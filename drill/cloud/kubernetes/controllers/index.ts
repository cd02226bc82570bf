import type { ApiServer } from "../api/server";
import { AutoscalerController } from "./autoscaler";
import { CronJobController } from "./cron-job";
import { DefinitionController } from "./definition";
import { DeploymentController } from "./deployment";
import { DisruptionBudgetController } from "./disruption-budget";
import { EndpointsController } from "./endpoints";
import { GarbageCollector } from "./garbage";
import { JobController } from "./job";
import type { Controller } from "./loop";
import { NamespaceController } from "./namespace";
import { QuotaController } from "./quota";
import { ReplicaSetController } from "./replica-set";
import { type Edge, type PodAddresses, TargetGroupBindingController } from "./target-group-binding";

/** All controllers of the cluster. */
export function createControllers(server: ApiServer, edge: Edge, addresses: PodAddresses): Controller[] {
  return [
    new DeploymentController(server),
    new ReplicaSetController(server),
    new JobController(server),
    new EndpointsController(server),
    new TargetGroupBindingController(server, edge, addresses),
    new GarbageCollector(server),
    new NamespaceController(server),
    new CronJobController(server),
    new AutoscalerController(server),
    new DisruptionBudgetController(server),
    new QuotaController(server),
    new DefinitionController(server),
  ];
}
