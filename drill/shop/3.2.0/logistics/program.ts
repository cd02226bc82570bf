import { logisticsRoutes } from "../../api/logistics";
import { shipmentTasks } from "../../api/shipment-work";
import type { Program } from "../../common/program";
import { RELEASE } from "../model";
import { logisticsStore } from "./logistics-store";
import { workStore } from "./work-store";

export const logistics: Program = {
  ...RELEASE,
  module: "logistics",
  needs: { service: ["DATABASE_URL", "SESSION_SECRET"], worker: ["DATABASE_URL", "CARRIER_URL"] },
  service: ({ database, environment }) =>
    logisticsRoutes(logisticsStore(database, environment.timeZone), environment),
  worker: (context) => shipmentTasks(context, workStore(context.database, context.environment.timeZone)),
};
