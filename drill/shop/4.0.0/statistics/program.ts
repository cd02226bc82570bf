import { statisticsRoutes } from "../../api/statistics";
import type { Program } from "../../common/program";
import type { Model } from "../model";
import { statisticsStore } from "./statistics-store";

export const statistics = (model: Model): Program => ({
  release: model.release,
  schema: model.schema,
  module: "statistics",
  needs: { service: ["DATABASE_URL", "SESSION_SECRET"] },
  service: ({ database, environment }) =>
    statisticsRoutes(statisticsStore(database, environment.timeZone), environment.currency),
});
