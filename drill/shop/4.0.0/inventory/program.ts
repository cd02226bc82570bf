import { inventoryRoutes } from "../../api/inventory";
import type { Program } from "../../common/program";
import type { Model } from "../model";
import { inventoryStore } from "./inventory-store";
import { stockAuditTask } from "./stock-audit";

export const inventory = (model: Model): Program => ({
  release: model.release,
  schema: model.schema,
  module: "inventory",
  needs: { service: ["DATABASE_URL", "SESSION_SECRET"], worker: ["DATABASE_URL"] },
  service: ({ database, environment }) => inventoryRoutes(inventoryStore(database), environment),
  worker: (context) => [stockAuditTask(context)],
});
