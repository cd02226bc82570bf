import type { JobContext } from "../frame/context";
import { digestOf } from "../frame/evidence";
import { StepProblem } from "../frame/problems";
import { conclude, type Step } from "../frame/result";
import { actAsMigrator, createRole, grantDatabase, grantModel } from "./create-roles";
import { checkModel, createModel, type Model } from "./model";
import { applicationRole, MIGRATOR, READER, type Role, releaseOfRole } from "./roles";

/** Two runs of the Job at once take turns on this advisory lock. */
const LOCK = 0x0de1_0001;

/** The data model of `RELEASE` and its roles exist. Creates what is missing, never drops. */
export const install: Step = async (context) => {
  const { environment, releases, database, progress } = context;
  const roles = rolesToCreate(context);
  const manifest = releases.manifest(environment.release);
  const model: Model = {
    release: environment.release,
    schema: manifest.dataModel.schema,
    sql: releases.read(environment.release, "schema.sql"),
  };
  const outcome = await database.transaction(
    async (client) => {
      await client.query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
      progress.say("creating roles");
      const created: string[] = [];
      for (const role of roles) {
        const password = environment.rolePasswords.get(role.name) ?? "";
        if ((await createRole(client, role, password)) === "created") created.push(role.name);
      }
      await actAsMigrator(client);
      await grantDatabase(client, roles);
      await client.query("SET LOCAL ROLE migrator");
      progress.say(`creating the data model ${model.schema}`);
      const kept = await createModel(client, model);
      const checks = await checkModel(client, model);
      for (const role of roles.filter(({ schema }) => schema === undefined || schema === model.schema))
        await grantModel(client, model.schema, role);
      return { created, kept, checks };
    },
    { statementTimeout: 120_000, lockTimeout: 60_000 },
  );
  return conclude({
    checks: [
      { name: "roles-exist", holds: true, value: roles.map(({ name }) => name) },
      { name: "model-exists", holds: true, value: model.schema },
      ...outcome.checks,
    ],
    passed: `the data model ${model.schema} of ${environment.release} and ${roles.length} roles exist`,
    failed: `the data model ${model.schema} is not the one of ${environment.release}`,
    figures: {
      rolesCreated: outcome.created,
      modelCreated: outcome.kept === "created",
    },
    inputs: { "schema.sql": digestOf(model.sql) },
  });
};

function rolesToCreate({ environment, releases }: JobContext): Role[] {
  const problems: string[] = [];
  const roles: Role[] = [MIGRATOR, READER];
  for (const name of environment.rolePasswords.keys()) {
    if (name === MIGRATOR.name || name === READER.name) continue;
    const release = releaseOfRole(name);
    if (release === undefined)
      problems.push(
        `ROLE_PASSWORD_${name.toUpperCase()}: is no role of this system; use MIGRATOR, READER or APP_<VERSION>`,
      );
    else roles.push(applicationRole(release, releases.manifest(release).dataModel.schema));
  }
  const own = applicationRole(environment.release, releases.manifest(environment.release).dataModel.schema);
  if (!roles.some(({ name }) => name === own.name)) roles.push(own);
  for (const { name } of roles) {
    const password = environment.rolePasswords.get(name);
    if (password === undefined) problems.push(`ROLE_PASSWORD_${name.toUpperCase()}: is missing`);
    else if (password.length < 12)
      problems.push(`ROLE_PASSWORD_${name.toUpperCase()}: is shorter than 12 characters`);
  }
  if (problems.length > 0) throw new StepProblem(`roles cannot be created:\n  - ${problems.join("\n  - ")}`);
  return roles;
}
