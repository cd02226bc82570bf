import { iamResourcesNamed } from "../../../policies/security/rules/iam-resources-named";
import { sgEgressScoped } from "../../../policies/security/rules/sg-egress-scoped";
import { proves, REMOVED } from "../cases";
import type { FakeResource } from "../harness";

const policy = (statement: object): string =>
  JSON.stringify({ Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*", ...statement }] });
const rights: FakeResource = {
  type: "aws:iam/rolePolicy:RolePolicy",
  name: "rights",
  props: { policy: policy({ Resource: "arn:aws:s3:::orders/*" }) },
};
const egress: FakeResource = {
  type: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  name: "egress",
  props: { ipProtocol: "tcp", fromPort: 8080, toPort: 8080, cidrIpv4: "10.0.0.0/16" },
};
const group: FakeResource = {
  type: "aws:ec2/securityGroup:SecurityGroup",
  name: "group",
  props: { egress: [{ protocol: "tcp", fromPort: 8080, toPort: 8080, cidrBlocks: ["10.0.0.0/16"] }] },
};

proves({
  rule: iamResourcesNamed,
  good: [rights],
  failing: [
    [{ policy: policy({}) }, /s3:GetObject is allowed on every resource/],
    [{ policy: policy({ Action: ["rds:DescribeDBInstances", "iam:PassRole"] }) }, /iam:PassRole is allowed/],
    [
      {
        type: "aws:iam/role:Role",
        policy: REMOVED,
        inlinePolicies: [{ policy: policy({ Action: "kms:Decrypt" }) }],
      },
      /inlinePolicies\[0\].policy: kms:Decrypt/,
    ],
  ],
  boundary: [
    [{ policy: policy({ Action: ["ec2:DescribeSubnets", "ecr:GetAuthorizationToken"] }) }],
    [{ policy: policy({ Condition: { StringEquals: { "aws:ResourceTag/stack": "production" } } }) }],
    [{ policy: policy({ Effect: "Deny", Action: "*" }) }],
    [{ policy: policy({ Resource: "arn:aws:s3:::*" }) }],
  ],
  unknown: ["policy"],
});
proves({
  rule: sgEgressScoped,
  good: [egress, group],
  failing: [
    [{ cidrIpv4: "0.0.0.0/0" }, /may go out to 0.0.0.0\/0/],
    [{ cidrIpv4: REMOVED, cidrIpv6: "::/0" }, /may go out to ::\/0/],
    [{ "#1.egress.0.cidrBlocks": ["10.0.0.0/8", "0.0.0.0/0"] }, /egress\[0\]/],
  ],
  boundary: [
    [{ cidrIpv4: "0.0.0.0/1" }],
    [{ cidrIpv4: REMOVED, referencedSecurityGroupId: "sg-1" }],
    [{ "#1.egress": REMOVED }],
  ],
  unknown: ["cidrIpv4", "#1.egress.0.cidrBlocks"],
});
