import { planUpgrade } from "./plan";
import { createData } from "./program/data";
import { createEdge } from "./program/edge";
import { Upgrade } from "./program/facts";
import { createMonitoring } from "./program/monitoring";
import { describeStack } from "./program/outputs";
import { createPlatform } from "./program/platform";
import { createProofs } from "./program/proofs";
import { createProtection } from "./program/protection";
import { createReleases } from "./program/releases";
import { createSchedules } from "./program/schedules";
import { settings } from "./program/settings";
import { Timeline } from "./program/timeline";
import { createWork } from "./program/work";

const plan = planUpgrade(settings.parameters, settings.manifests, settings.stack);
const timeline = new Timeline(plan.order);

const platform = createPlatform(settings);
const data = createData(settings, plan, platform, timeline);
createReleases(settings, plan, platform, data, timeline);
const edge = createEdge(settings, plan, platform, timeline);
const work = createWork(settings, plan, platform, data, edge, timeline);
const proofs = createProofs(settings, plan, platform, work, timeline);
new Upgrade(settings, plan, proofs.earlier, proofs.promotion);
createSchedules(settings, plan, platform, work);
createProtection(settings, platform, data);
createMonitoring(settings, plan, platform, data, edge);
timeline.finish();

/** The outputs of the stack (docs/contracts.md, 6). */
export const {
  phase,
  strategy,
  attempt,
  releases,
  weights,
  images,
  address,
  previewAddress,
  loadBalancer,
  namespace,
  database,
  evidence,
  backups,
  steps,
  documents,
  parameters,
} = describeStack(settings, plan, platform, data, edge, proofs.all, proofs.documents);
