import type { Manifest } from "../../releases/manifest";
import type { Parameters } from "../parameters";
import { ParametersProblem, parameterAt } from "../parameters";
import type { Problem } from "../parameters/problems";
import type { Manifests } from "./types";

/** Throws a ParametersProblem when the releases do not fit each other or the stack's parameters. */
export function checkCompatibility(parameters: Parameters, manifests: Manifests): void {
  const problems = compatibilityProblems(parameters, manifests);
  if (problems.length > 0) throw new ParametersProblem(problems);
}

export function compatibilityProblems(parameters: Parameters, manifests: Manifests): Problem[] {
  const { current, next } = parameters.release;
  return [
    ...Object.values(manifests).flatMap((manifest) => missingParameters(parameters, manifest)),
    ...(next === undefined ? [] : wrongPair(current, next, manifests)),
  ];
}

/** Configuration that a module asks for and the stack does not have. */
const missingParameters = (parameters: Parameters, { version, modules }: Manifest): Problem[] =>
  modules.flatMap((module) => [
    ...module.configuration
      .filter(({ parameter }) => parameterAt(parameters, parameter) === undefined)
      .map(({ parameter, variable }) => ({
        path: parameter,
        rule: `is needed by module ${module.name} of release ${version} (${variable})`,
        got: undefined,
        wayOut: "Set it, or correct the release's manifest.",
      })),
    ...module.reaches
      .filter((connection) => !hasUrl(parameterAt(parameters, `business.${connection}`)))
      .map((connection) => ({
        path: `business.${connection}`,
        rule: `is a connection that module ${module.name} of release ${version} reaches`,
        got: undefined,
        wayOut: "Set its url, or correct the release's manifest.",
      })),
  ]);

const hasUrl = (connection: unknown): boolean =>
  typeof connection === "object" && connection !== null && "url" in connection;

function wrongPair(current: string, next: string, manifests: Manifests): Problem[] {
  const [old, introduced] = [manifests[current], manifests[next]];
  if (old === undefined || introduced === undefined) return [];
  const problem = (rule: string, got: unknown, wayOut: string): Problem => ({
    path: "release.next",
    rule,
    got,
    wayOut,
  });
  return [
    ...(introduced.upgradeFrom.includes(current)
      ? []
      : [
          problem(
            `cannot be introduced beside ${current}`,
            next,
            introduced.upgradeFrom.length === 0
              ? "Its manifest names no release to upgrade from."
              : `Go to ${introduced.upgradeFrom.join(" or ")} first.`,
          ),
        ]),
    ...(introduced.dataModel.schema === old.dataModel.schema &&
    introduced.dataModel.version !== old.dataModel.version
      ? [
          problem(
            `keeps its new data model in the old one's schema`,
            next,
            "Give the new model a schema of its own.",
          ),
        ]
      : []),
  ];
}
