import { inventoryRoutes } from "../../api/inventory";
import type { Program } from "../../common/program";
import { RELEASE } from "../model";
import { figuresTask } from "./figures";
import { inventoryStore } from "./inventory-store";

export const inventory: Program = {
  ...RELEASE,
  module: "inventory",
  needs: { service: ["DATABASE_URL", "SESSION_SECRET"], worker: ["DATABASE_URL"] },
  service: ({ database, environment }) => inventoryRoutes(inventoryStore(database), environment),
  worker: (context) => [figuresTask(context)],
};
