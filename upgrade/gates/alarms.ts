import { callAws } from "../stack/aws";
import { type Finding, failed, type Layer, passed, unknown } from "./finding";

/** An alarm as CloudWatch describes it. */
export interface Alarm {
  readonly AlarmName: string;
  readonly StateValue: "OK" | "ALARM" | "INSUFFICIENT_DATA";
  readonly StateReason?: string;
}

const CLOUDWATCH = {
  name: "CloudWatch",
  endpointPrefix: "monitoring",
  target: "GraniteServiceVersion20100801",
} as const;

/** All alarms of the stack. */
export async function readAlarms(region: string, prefix: string): Promise<Alarm[]> {
  const alarms: Alarm[] = [];
  let token: string | undefined;
  do {
    const page = (await callAws(CLOUDWATCH, region, "DescribeAlarms", {
      AlarmNamePrefix: `${prefix}-`,
      AlarmTypes: ["MetricAlarm"],
      MaxRecords: 100,
      ...(token === undefined ? {} : { NextToken: token }),
    })) as { MetricAlarms?: Alarm[]; NextToken?: string };
    alarms.push(...(page.MetricAlarms ?? []));
    token = page.NextToken;
  } while (token !== undefined && token !== "");
  return alarms;
}

const CUSTOMER = "-customer-";

/** No alarm rings. One without data says nothing yet, which is no pass. */
export const judgeAlarms = (alarms: readonly Alarm[]): Finding =>
  judge(
    "alarms",
    alarms.filter(({ AlarmName }) => !AlarmName.includes(CUSTOMER)),
    "look at the alarm in CloudWatch; go back with order-upgrade rollback when the release is the cause.",
  );

/** The synthetic customer, who visits the shop by its name over TLS, sees it. */
export const judgeCustomer = (alarms: readonly Alarm[]): Finding =>
  judge(
    "customer",
    alarms.filter(({ AlarmName }) => AlarmName.includes(CUSTOMER)),
    "open the public address; set monitoring.syntheticCustomer or take customer out of gates.layers where there is none.",
  );

function judge(layer: Layer, alarms: readonly Alarm[], wayOut: string): Finding {
  if (alarms.length === 0) return unknown(layer, "CloudWatch knows no such alarm of this stack.", wayOut);
  const of = (state: Alarm["StateValue"]): readonly Alarm[] =>
    alarms.filter(({ StateValue }) => StateValue === state);
  const ringing = of("ALARM");
  if (ringing.length > 0)
    return failed(
      layer,
      `${ringing.map(({ AlarmName, StateReason }) => `${AlarmName}${StateReason === undefined ? "" : ` (${StateReason})`}`).join("; ")}.`,
      wayOut,
    );
  const silent = of("INSUFFICIENT_DATA");
  return silent.length > 0
    ? unknown(
        layer,
        `${silent.map(({ AlarmName }) => AlarmName).join(", ")}: no data yet.`,
        "wait a few periods and run again.",
      )
    : passed(layer, `${alarms.length} are silent.`);
}
