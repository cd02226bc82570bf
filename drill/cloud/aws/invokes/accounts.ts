import type { Values } from "../../provider/values";
import type { Account } from "../account";
import { arnOf } from "../identifiers";
import { ZONES } from "./network";

export function getCallerIdentity(_inputs: Values, account: Account): Values {
  return {
    id: account.id,
    accountId: account.id,
    arn: arnOf(account, "sts", "assumed-role/drill/order-upgrade", "global"),
    userId: "AROADRILL00000000000:order-upgrade",
  };
}

export function getRegion(inputs: Values, { region }: Account): Values {
  return {
    ...inputs,
    id: region,
    name: region,
    region,
    description: region,
    endpoint: `ec2.${region}.amazonaws.com`,
  };
}

export function getPartition(): Values {
  return { id: "aws", partition: "aws", dnsSuffix: "amazonaws.com", reverseDnsPrefix: "com.amazonaws" };
}

export function getAvailabilityZones(inputs: Values, { region }: Account): Values {
  return {
    ...inputs,
    id: region,
    region,
    names: ZONES.map((zone) => `${region}${zone}`),
    zoneIds: ZONES.map((_zone, index) => `drill1-az${index + 1}`),
    groupNames: [region],
  };
}

/** The account that writes load balancer logs; regions opened after August 2022 have a service principal instead. */
export function getServiceAccount(inputs: Values, { region }: Account): Values {
  const accounts: Readonly<Record<string, string>> = {
    "us-east-1": "127311923021",
    "us-east-2": "033677994240",
    "us-west-2": "797873946194",
    "eu-central-1": "054676820928",
    "eu-west-1": "156460612806",
    "eu-west-2": "652711504416",
    "eu-west-3": "009996457667",
    "eu-north-1": "897822967062",
    "eu-south-1": "635631232127",
    "ap-southeast-1": "114774131450",
    "ap-southeast-2": "783225319266",
    "ap-northeast-1": "582318560864",
  };
  const id = accounts[region];
  if (id === undefined)
    throw new Error(
      `unsupported AWS Region: ${region} has no account for load balancer logs; use the service principal logdelivery.elasticloadbalancing.amazonaws.com`,
    );
  return { ...inputs, id, region, arn: `arn:aws:iam::${id}:root` };
}
