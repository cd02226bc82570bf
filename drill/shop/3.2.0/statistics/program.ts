import { statisticsRoutes } from "../../api/statistics";
import type { Program } from "../../common/program";
import { RELEASE } from "../model";
import { statisticsStore } from "./statistics-store";

export const statistics: Program = {
  ...RELEASE,
  module: "statistics",
  needs: { service: ["DATABASE_URL", "SESSION_SECRET"] },
  service: ({ database, environment }) =>
    statisticsRoutes(statisticsStore(database, environment.timeZone), environment.currency),
};
