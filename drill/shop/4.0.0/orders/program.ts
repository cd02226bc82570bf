import { afterSalesRoutes } from "../../api/after-sales";
import { inventoryCatalogue } from "../../api/catalogue";
import { customerRoutes } from "../../api/customers";
import { orderTasks } from "../../api/order-work";
import { orderRoutes } from "../../api/orders";
import { paymentProvider } from "../../api/payment-provider";
import { paymentRoutes } from "../../api/payments";
import type { Program } from "../../common/program";
import type { Model } from "../model";
import { afterSalesStore } from "./after-sales-store";
import { customerStore } from "./customers-store";
import { orderStore } from "./order-store";
import { paymentStore } from "./payment-store";
import { workStore } from "./work-store";

export const orders = (model: Model): Program => ({
  release: model.release,
  schema: model.schema,
  module: "orders",
  needs: {
    service: ["DATABASE_URL", "SESSION_SECRET", "INVENTORY_URL", "PAYMENT_URL"],
    worker: ["DATABASE_URL", "PAYMENT_URL"],
  },
  service({ database, environment }) {
    const { currency, inventoryUrl, paymentUrl, paymentTimeoutMs } = environment;
    const store = orderStore(database, model);
    return [
      ...customerRoutes(customerStore(database, model), environment),
      ...orderRoutes(store, inventoryCatalogue(inventoryUrl), currency),
      ...paymentRoutes(paymentStore(database, store), paymentProvider(paymentUrl, paymentTimeoutMs)),
      ...afterSalesRoutes(afterSalesStore(database, store), environment),
    ];
  },
  worker(context) {
    const store = orderStore(context.database, model);
    return orderTasks(context, workStore(context.database, store));
  },
});
