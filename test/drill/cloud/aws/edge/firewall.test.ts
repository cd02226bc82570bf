import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { firewallOf } from "../../../../../drill/cloud/aws/edge/control/firewall";
import { blockedBy } from "../../../../../drill/cloud/aws/edge/data-plane/firewall";
import { openResources, type Resources } from "../../../../../drill/cloud/aws/resources";
import type { Values } from "../../../../../drill/cloud/provider/values";
import { temporaryFolder } from "../../folder";
import { putResource } from "./record";

const BALANCER = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/shop/1";
const ACL = "arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/shop/2";

let folder: ReturnType<typeof temporaryFolder>;
let resources: Resources;

const put = (token: string, inputs: Values, outputs?: Values): void =>
  putResource(resources, token, token, inputs, outputs);

const hostIs = (searchString: string): Values => ({
  byteMatchStatement: {
    searchString,
    positionalConstraint: "EXACTLY",
    fieldToMatch: { singleHeader: { name: "host" } },
    textTransformations: [{ priority: 0, type: "LOWERCASE" }],
  },
});
const pathBegins = (searchString: string): Values => ({
  byteMatchStatement: {
    searchString,
    positionalConstraint: "STARTS_WITH",
    fieldToMatch: { uriPath: {} },
    textTransformations: [{ priority: 0, type: "NONE" }],
  },
});
const page = {
  block: {
    customResponse: {
      responseCode: 503,
      customResponseBodyKey: "page",
      responseHeaders: [{ name: "Retry-After", value: "600" }],
    },
  },
};

function put503(rules: readonly Values[]): void {
  put("aws:wafv2/webAclAssociation:WebAclAssociation", { resourceArn: BALANCER, webAclArn: ACL });
  put(
    "aws:wafv2/webAcl:WebAcl",
    { rules, customResponseBodies: [{ key: "page", contentType: "TEXT_HTML", content: "<h1>Later</h1>" }] },
    { arn: ACL },
  );
}

const asked = (host: string, path = "/") =>
  blockedBy(firewallOf(resources, BALANCER), {
    host,
    path,
    method: "GET",
    query: new URLSearchParams(),
    headers: {},
    source: "127.0.0.1",
  });

beforeEach(() => {
  folder = temporaryFolder();
  resources = openResources(folder.open().persistence);
});
afterEach(() => folder.remove());

describe("the firewall before a load balancer", () => {
  it("answers customers with the page and its headers, and lets the preview name through", () => {
    put503([
      { priority: 0, action: page, statement: { notStatement: { statement: hostIs("preview.example") } } },
    ]);
    expect(asked("shop.example")).toEqual({
      status: 503,
      type: "text/html",
      body: "<h1>Later</h1>",
      headers: { "Retry-After": "600" },
    });
    expect(asked("PREVIEW.example")).toBeUndefined();
  });

  it("goes by priority: what an earlier rule allows, a later one does not block", () => {
    put503([
      { priority: 5, action: page, statement: pathBegins("/") },
      {
        priority: 1,
        action: { allow: {} },
        statement: { andStatement: { statements: [hostIs("shop.example"), pathBegins("/health")] } },
      },
    ]);
    expect(asked("shop.example", "/health/live")).toBeUndefined();
    expect(asked("shop.example", "/orders")?.status).toBe(503);
  });

  it("does not run what it cannot judge: rate limits and managed groups", () => {
    put503([
      { priority: 0, action: { block: {} }, statement: { rateBasedStatement: { limit: 1 } } },
      { priority: 1, overrideAction: { none: {} }, statement: { managedRuleGroupStatement: { name: "x" } } },
      {
        priority: 2,
        action: { block: {} },
        statement: { orStatement: { statements: [{ geoMatchStatement: {} }] } },
      },
    ]);
    expect(asked("shop.example")).toBeUndefined();
  });

  it("refuses with 403 when nothing else is said, and nothing without an association", () => {
    put("aws:wafv2/webAcl:WebAcl", { rules: [] }, { arn: ACL });
    expect(asked("shop.example")).toBeUndefined();
    put503([{ priority: 0, action: { block: {} }, statement: pathBegins("/admin") }]);
    expect(asked("shop.example", "/admin")).toMatchObject({ status: 403, body: "" });
  });
});
