import { Alarms } from "../../components/monitoring/alarms";
import { Dashboard } from "../../components/monitoring/dashboard";
import { PrometheusRules } from "../../components/monitoring/prometheus";
import { SyntheticCustomer } from "../../components/monitoring/synthetic-customer";
import type { Plan } from "../plan";
import { seconds } from "../units";
import type { Data } from "./data";
import type { Edge } from "./edge";
import type { Platform } from "./platform";
import type { Settings } from "./settings";
import { businessRules } from "./watching/business-rules";
import { watchesOf } from "./watching/watches";

/** What is watched, by whom, and when it rings. */
export function createMonitoring(
  settings: Settings,
  plan: Plan,
  platform: Platform,
  data: Data,
  edge: Edge,
): void {
  const { monitoring } = settings.parameters;
  const customer = monitoring.syntheticCustomer
    ? new SyntheticCustomer("customer", {
        ...platform.common,
        host: settings.parameters.edge.host,
        visits: visitsOf(plan),
      })
    : undefined;
  const watches = watchesOf(settings, data.database, edge.loadBalancer, customer);
  new Alarms("alarms", {
    ...platform.common,
    topicArn: platform.topicArn,
    periodSeconds: seconds(monitoring.period),
    periods: monitoring.periods,
    watches,
  });
  new Dashboard("order-system", {
    dashboardName: platform.common.prefix,
    region: settings.region,
    watches,
  });
  if (monitoring.prometheus) {
    new PrometheusRules(
      "business",
      {
        namespace: platform.namespace,
        path: metricsPath(settings),
        rules: businessRules(monitoring),
        after: [platform.namespaceResource],
      },
      platform.inCluster,
    );
  }
}

/** The page is what every customer sees first, and needs no log-in. */
const visitsOf = (plan: Plan): Record<string, { path: string; text: string | undefined }> => {
  const page = plan.routes.find(({ path }) => path === "/*");
  return page === undefined ? {} : { page: { path: "/", text: undefined } };
};

const metricsPath = ({ manifests }: Settings): string =>
  Object.values(manifests)[0]?.modules[0]?.metrics ?? "/metrics";
