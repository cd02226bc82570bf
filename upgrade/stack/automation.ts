/** Pulumi's Automation API, loaded when it is first needed: it alone takes most of a second. */
export const automation = (): typeof import("@pulumi/pulumi/automation") =>
  require("@pulumi/pulumi/automation") as typeof import("@pulumi/pulumi/automation");
