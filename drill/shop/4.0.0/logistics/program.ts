import { logisticsRoutes } from "../../api/logistics";
import { shipmentTasks } from "../../api/shipment-work";
import type { Program } from "../../common/program";
import type { Model } from "../model";
import { logisticsStore } from "./logistics-store";
import { workStore } from "./work-store";

export const logistics = (model: Model): Program => ({
  release: model.release,
  schema: model.schema,
  module: "logistics",
  needs: { service: ["DATABASE_URL", "SESSION_SECRET"], worker: ["DATABASE_URL", "CARRIER_URL"] },
  service: ({ database, environment }) => logisticsRoutes(logisticsStore(database), environment),
  worker: (context) => shipmentTasks(context, workStore(context.database, model)),
});
