import type { BusinessRule } from "../../../components/monitoring/prometheus";
import type { Parameters } from "../../parameters";
import { seconds } from "../../units";

/** What Prometheus watches in the language of orders; the metrics are those of the modules (docs/contracts.md, 8). */
export function businessRules(monitoring: Parameters["monitoring"]): BusinessRule[] {
  const lasting = `${Math.max(1, Math.round((seconds(monitoring.period) * monitoring.periods) / 60))}m`;
  const requests = "shop_request_duration_seconds";
  return [
    {
      alert: "RequestsFail",
      expression: `sum by (release, module) (rate(${requests}_count{status=~"5.."}[5m])) / sum by (release, module) (rate(${requests}_count[5m])) > ${monitoring.errorShare}`,
      lasting,
      severity: "critical",
      summary:
        "{{ $labels.module }} of {{ $labels.release }} answers {{ $value | humanizePercentage }} of its requests with an error",
    },
    {
      alert: "RequestsSlow",
      expression: `histogram_quantile(0.99, sum by (release, module, le) (rate(${requests}_bucket[5m]))) > ${seconds(monitoring.responseTime)}`,
      lasting,
      severity: "critical",
      summary:
        "99 in 100 requests to {{ $labels.module }} of {{ $labels.release }} take up to {{ $value | humanizeDuration }}",
    },
    {
      alert: "WorkFails",
      expression: 'sum by (release, task) (rate(shop_worker_items_total{outcome="failed"}[5m])) > 0',
      lasting,
      severity: "critical",
      summary: "{{ $labels.task }} of {{ $labels.release }} fails",
    },
    {
      alert: "WorkStopped",
      expression: `sum by (task) (rate(shop_worker_items_total[${Math.max(5, Math.ceil(seconds(monitoring.stockLag) / 60))}m])) == 0`,
      lasting,
      severity: "warning",
      summary: "No worker of any release does {{ $labels.task }}",
    },
    {
      alert: "OrdersMissing",
      expression: `sum(increase(${requests}_count{method="POST",route="/api/orders",status="201"}[5m])) < ${monitoring.ordersMinimum}`,
      lasting,
      severity: "critical",
      summary: "Only {{ $value }} orders in five minutes",
    },
  ].filter(({ alert }) => alert !== "OrdersMissing" || monitoring.ordersMinimum > 0) as BusinessRule[];
}
