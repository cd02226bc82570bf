import { expect, test } from "vitest";
import { policyDocument } from "../../../../../drill/cloud/aws/invokes/policy-document";
import { policyDocument as isPolicy } from "../../../../../drill/cloud/aws/validation/policy-document";

const parsed = (inputs: Parameters<typeof policyDocument>[0]) =>
  JSON.parse(policyDocument(inputs).json as string);

test("renders statements as the real function does: one value alone, several in descending order", () => {
  const statements = [
    {
      sid: "Read",
      actions: ["s3:GetObject"],
      resources: ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"],
      principals: [
        { type: "AWS", identifiers: ["111122223333", "444455556666"] },
        { type: "Service", identifiers: ["backup.amazonaws.com"] },
      ],
      conditions: [
        { test: "StringEquals", variable: "aws:SourceAccount", values: ["111122223333"] },
        { test: "StringEquals", variable: "aws:username", values: ["&{aws:username}"] },
      ],
    },
    {
      effect: "Deny",
      notActions: ["kms:*"],
      resources: ["*"],
      principals: [{ type: "*", identifiers: ["*"] }],
    },
  ];
  expect(parsed({ statements })).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Read",
        Effect: "Allow",
        Action: "s3:GetObject",
        Resource: ["arn:aws:s3:::b/*", "arn:aws:s3:::a/*"],
        Principal: { AWS: ["444455556666", "111122223333"], Service: "backup.amazonaws.com" },
        Condition: {
          // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
          StringEquals: { "aws:SourceAccount": "111122223333", "aws:username": "${aws:username}" },
        },
      },
      { Effect: "Deny", NotAction: "kms:*", Resource: "*", Principal: "*" },
    ],
  });
  expect(policyDocument({ statements }).json).toContain('\n  "Version"');
  expect(isPolicy("resource")(policyDocument({ statements }).json as string)).toBeUndefined();
});

test("joins sources, and an override takes the place of the statement with its Sid", () => {
  const base = JSON.stringify({ Statement: [{ Sid: "A", Effect: "Allow", Action: "s3:*", Resource: "*" }] });
  const override = JSON.stringify({ Statement: { Sid: "A", Effect: "Deny", Action: "s3:*", Resource: "*" } });
  const document = parsed({
    sourcePolicyDocuments: [base],
    overridePolicyDocuments: [override],
    statements: [{ sid: "B", actions: ["kms:Decrypt"], resources: ["*"] }],
  });
  expect(document.Statement.map(({ Sid, Effect }: { Sid: string; Effect: string }) => [Sid, Effect])).toEqual(
    [
      ["A", "Deny"],
      ["B", "Allow"],
    ],
  );
  expect(() => parsed({ sourcePolicyDocuments: [base, base] })).toThrow(/duplicate Sid/);
});

test.each([
  ["identity", '{"Statement":[]}', /at least one Statement/],
  ["identity", '{"Statement":[{"Effect":"Permit","Action":"*","Resource":"*"}]}', /Effect/],
  [
    "identity",
    '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}]}',
    /must not name a Principal/,
  ],
  [
    "identity",
    '{"Statement":[{"Effect":"Allow","Action":"*","Resources":"*"}]}',
    /Resources is not an element/,
  ],
  [
    "trust",
    '{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*","Resource":"*"}]}',
    /must not name a Resource/,
  ],
  ["resource", '{"Version":"2020-01-01","Statement":[]}', /Version must be/],
  ["resource", "[1]", /expected a JSON object/],
] as const)("a policy of kind %s is refused: %s", (kind, text, reason) => {
  expect(isPolicy(kind)(text)).toMatch(reason);
});
