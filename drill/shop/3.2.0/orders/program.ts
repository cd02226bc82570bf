import { afterSalesRoutes } from "../../api/after-sales";
import { inventoryCatalogue } from "../../api/catalogue";
import { customerRoutes } from "../../api/customers";
import { orderTasks } from "../../api/order-work";
import { orderRoutes } from "../../api/orders";
import { paymentProvider } from "../../api/payment-provider";
import { paymentRoutes } from "../../api/payments";
import type { Program } from "../../common/program";
import { RELEASE } from "../model";
import { afterSalesStore } from "./after-sales-store";
import { customerStore } from "./customers-store";
import { orderStore } from "./order-store";
import { paymentStore } from "./payment-store";
import { workStore } from "./work-store";

export const orders: Program = {
  ...RELEASE,
  module: "orders",
  needs: {
    service: ["DATABASE_URL", "SESSION_SECRET", "INVENTORY_URL", "PAYMENT_URL"],
    worker: ["DATABASE_URL", "PAYMENT_URL"],
  },
  service({ database, environment }) {
    const { timeZone, currency, inventoryUrl, paymentUrl, paymentTimeoutMs } = environment;
    const store = orderStore(database, { timeZone, currency });
    return [
      ...customerRoutes(customerStore(database, timeZone), environment),
      ...orderRoutes(store, inventoryCatalogue(inventoryUrl), currency),
      ...paymentRoutes(
        paymentStore(database, store, timeZone),
        paymentProvider(paymentUrl, paymentTimeoutMs),
      ),
      ...afterSalesRoutes(afterSalesStore(database, store, timeZone), environment),
    ];
  },
  worker(context) {
    const { timeZone, currency } = context.environment;
    const store = orderStore(context.database, { timeZone, currency });
    return orderTasks(context, workStore(context.database, store, timeZone));
  },
};
