import type { Findings, Properties, Subject } from "../../frame/rule";

/** One permission to come in, whichever of the three resource styles states it. */
export interface Ingress {
  readonly path: string;
  readonly cidrs: readonly string[];
  readonly fromPort: number | undefined;
  readonly toPort: number | undefined;
  /** `-1` is every protocol, and then every port. */
  readonly protocol: string;
}

export const ingressTypes: readonly string[] = [
  "aws:ec2/securityGroup:SecurityGroup",
  "aws:ec2/securityGroupRule:SecurityGroupRule",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
];

/** Runs a check on every permission to come in. */
export function eachIngress(
  { type, props }: Subject,
  findings: Findings,
  check: (ingress: Ingress) => void,
): void {
  const read = (rule: Properties, path: string): void =>
    check({
      path,
      cidrs: [
        ...texts(rule.cidrBlocks),
        ...texts(rule.ipv6CidrBlocks),
        ...single(rule, "cidrIpv4"),
        ...single(rule, "cidrIpv6"),
      ],
      fromPort: rule.fromPort as number | undefined,
      toPort: rule.toPort as number | undefined,
      protocol: String(rule.protocol ?? rule.ipProtocol ?? "-1"),
    });
  if (type === "aws:ec2/securityGroup:SecurityGroup") {
    findings.each(props.ingress as readonly Properties[] | undefined, (rule, index) =>
      read(rule, `ingress[${index}]`),
    );
  } else if (type !== "aws:ec2/securityGroupRule:SecurityGroupRule" || props.type === "ingress") {
    read(props, "");
  }
}

export const isWorld = (cidr: string): boolean => cidr === "0.0.0.0/0" || cidr === "::/0";

const texts = (list: readonly string[] | undefined): string[] =>
  Array.from({ length: list?.length ?? 0 }, (_, index) => list?.[index] as string);
const single = (rule: Properties, key: string): string[] =>
  rule[key] === undefined ? [] : [rule[key] as string];
