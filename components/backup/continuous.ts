import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Common, token } from "../frame/component";
import { RestoreTest } from "./restore-test";
import { vaultPolicy } from "./vault-policy";

export interface ContinuousBackupArgs extends Common {
  readonly accountId: pulumi.Input<string>;
  /** What is protected. */
  readonly resourceArns: readonly pulumi.Input<string>[];
  readonly keyArn: pulumi.Input<string>;
  /** Hours between recovery points. */
  readonly intervalHours: number;
  readonly retentionDays: number;
  /** `compliance` can be lifted by nobody. */
  readonly lock: "none" | "governance" | "compliance";
  /** Region of a second vault. */
  readonly copyRegion: string | undefined;
  /** Where a recovery point is restored every week to prove that it can be; undefined: it is not. */
  readonly restoreTest:
    | { readonly subnetGroupName: pulumi.Input<string>; readonly securityGroupId: pulumi.Input<string> }
    | undefined;
}

/** Days after which a compliance lock cannot be undone. */
const GRACE_DAYS = 3;

/** Recovery points on a schedule, kept where they cannot be deleted before their time. */
export class ContinuousBackup extends pulumi.ComponentResource {
  static readonly __pulumiType = token("ContinuousBackup");

  constructor(name: string, args: ContinuousBackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      ContinuousBackup.__pulumiType,
      name,
      { intervalHours: args.intervalHours, retentionDays: args.retentionDays, lock: args.lock },
      opts,
    );
    const vault = this.createVault(name, args, args.keyArn, undefined);
    const copy = this.createCopy(name, args);
    const role = this.createRole(name, args);
    const plan = new aws.backup.Plan(
      name,
      {
        name: args.prefix,
        rules: [
          {
            ruleName: "continuous",
            targetVaultName: vault.name,
            schedule: scheduleOf(args.intervalHours),
            startWindow: 60,
            completionWindow: 360,
            lifecycle: { deleteAfter: args.retentionDays },
            recoveryPointTags: args.tags,
            ...(copy === undefined
              ? {}
              : {
                  copyActions: [
                    { destinationVaultArn: copy.arn, lifecycle: { deleteAfter: args.retentionDays } },
                  ],
                }),
          },
        ],
        tags: args.tags,
      },
      { parent: this },
    );
    new aws.backup.Selection(
      name,
      { name: args.prefix, planId: plan.id, iamRoleArn: role.arn, resources: [...args.resourceArns] },
      { parent: this },
    );
    if (args.restoreTest !== undefined) {
      new RestoreTest(
        `${name}-restore`,
        {
          prefix: args.prefix,
          tags: args.tags,
          roleArn: role.arn,
          vaultArn: vault.arn,
          resourceArns: args.resourceArns,
          ...args.restoreTest,
        },
        { parent: this },
      );
    }
    this.registerOutputs({ vault: vault.name });
  }

  private createVault(
    name: string,
    args: ContinuousBackupArgs,
    keyArn: pulumi.Input<string>,
    region: string | undefined,
  ): aws.backup.Vault {
    const place = region === undefined ? {} : { region };
    const vault = new aws.backup.Vault(
      name,
      { name: args.prefix, kmsKeyArn: keyArn, forceDestroy: false, tags: args.tags, ...place },
      { protect: true, retainOnDelete: true, parent: this },
    );
    new aws.backup.VaultPolicy(
      name,
      {
        backupVaultName: vault.name,
        // By name: the ARN is not known before the vault is made, and a policy nobody can read beforehand is not reviewed.
        policy: pulumi.output(args.accountId).apply((account) => vaultPolicy(args.prefix, account)),
        ...place,
      },
      { parent: this },
    );
    if (args.lock !== "none") {
      new aws.backup.VaultLockConfiguration(
        name,
        {
          backupVaultName: vault.name,
          minRetentionDays: Math.min(7, args.retentionDays),
          maxRetentionDays: Math.max(args.retentionDays, 3650),
          ...(args.lock === "compliance" ? { changeableForDays: GRACE_DAYS } : {}),
          ...place,
        },
        { parent: this },
      );
    }
    return vault;
  }

  private createCopy(name: string, args: ContinuousBackupArgs): aws.backup.Vault | undefined {
    if (args.copyRegion === undefined) return undefined;
    const key = new aws.kms.Key(
      `${name}-copy`,
      {
        description: `Backups of ${args.prefix} in another Region`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        region: args.copyRegion,
        tags: args.tags,
      },
      { protect: true, retainOnDelete: true, parent: this },
    );
    return this.createVault(`${name}-copy`, args, key.arn, args.copyRegion);
  }

  private createRole(name: string, args: ContinuousBackupArgs): aws.iam.Role {
    const role = new aws.iam.Role(
      name,
      {
        name: `${args.prefix}-backup`,
        assumeRolePolicy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "backup.amazonaws.com" },
              Action: "sts:AssumeRole",
              Condition: { StringEquals: { "aws:SourceAccount": args.accountId } },
            },
          ],
        }),
        tags: args.tags,
      },
      { parent: this },
    );
    for (const kind of ["Backup", "Restores"]) {
      new aws.iam.RolePolicyAttachment(
        `${name}-${kind.toLowerCase()}`,
        {
          role: role.name,
          policyArn: `arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyFor${kind}`,
        },
        { parent: this },
      );
    }
    return role;
  }
}

/** Every so many hours from half past one, or once a day; a plan has to run each day. */
const scheduleOf = (hours: number): string =>
  hours >= 24 ? "cron(30 1 * * ? *)" : `cron(30 1/${hours} * * ? *)`;
