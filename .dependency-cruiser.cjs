/** Imports point one way; see docs/architecture.md. A rule here is a wall of the house. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: "error",
  from: { path: from },
  to: {
    pathNot: [...allowed, "^start/", "^node_modules", "^(node:|[a-z_/]+$)"],
    dependencyTypesNot: ["core"],
  },
});

module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    { name: "not-to-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    only("engine-alone", "^engine/", ["^engine/"], "The engine knows the protocol, not the product."),
    only(
      "jobs-alone",
      "^jobs/",
      ["^jobs/", "^releases/[^/]+\\.ts$"],
      "Jobs know PostgreSQL, S3, HTTP and the release format.",
    ),
    only(
      "policies-alone",
      "^policies/",
      ["^policies/"],
      "Packs judge resources, they do not know how they are made.",
    ),
    only(
      "components-below-infra",
      "^components/",
      ["^components/", "^releases/[^/]+\\.ts$"],
      "Components know no stack and no phase.",
    ),
    only(
      "infra-on-components",
      "^infra/",
      ["^infra/", "^components/", "^releases/[^/]+\\.ts$"],
      "The program uses components.",
    ),
    only(
      "upgrade-on-pure-infra",
      "^upgrade/",
      ["^upgrade/", "^infra/(phases|plan|parameters|units)(/|\\.ts$)", "^releases/[^/]+\\.ts$"],
      "The command line drives a pulumi executable; of the program it knows the pure parts.",
    ),
    only("releases-alone", "^releases/[^/]+\\.ts$", ["^releases/"], "The release format stands by itself."),
    only(
      "data-plane-alone",
      "^drill/cloud/aws/edge/data-plane/",
      ["^drill/cloud/aws/edge/data-plane/", "^drill/cloud/ports\\.ts$"],
      "What forwards requests runs in a thread of its own and knows no resources.",
    ),
    {
      name: "pure-planner",
      comment: "The planner has no Pulumi import, so that it can be tested exhaustively.",
      severity: "error",
      from: { path: "^infra/(phases|plan|parameters|units)(/|\\.ts$)" },
      to: { path: "node_modules/@pulumi" },
    },
    {
      name: "nothing-imports-drill",
      severity: "error",
      from: { pathNot: "^(drill|bench|test)/" },
      to: { path: "^drill/" },
    },
    { name: "nothing-imports-tests", severity: "error", from: { pathNot: "^test/" }, to: { path: "^test/" } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["require", "node", "default", "types"],
      extensions: [".ts", ".js", ".cjs", ".json"],
    },
  },
};
