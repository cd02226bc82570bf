import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Common, token } from "../frame/component";
import { databaseParameters, familyOf } from "./settings";

export interface DatabaseArgs extends Common {
  /** `adopt` takes over the existing instance of this identifier instead of making one. */
  readonly kind: "create" | "adopt";
  readonly identifier: string;
  readonly databaseName: string;
  readonly engineVersion: string;
  readonly allowMajorUpgrade: boolean;
  readonly instanceClass: string;
  readonly storageGibibytes: number;
  readonly storageLimitGibibytes: number;
  readonly storageType: "gp3" | "io2";
  readonly iops: number | undefined;
  readonly multiZone: boolean;
  readonly backupRetentionDays: number;
  readonly backupWindow: string;
  readonly maintenanceWindow: string;
  readonly deletionProtection: boolean;
  readonly slowQueryMilliseconds: number;
  readonly subnetIds: readonly string[];
  readonly securityGroupId: pulumi.Input<string>;
  readonly keyArn: pulumi.Input<string>;
  readonly administratorPassword: pulumi.Input<string>;
  readonly logRetentionDays: number;
}

export const ADMINISTRATOR = "administrator";

/** The PostgreSQL instance. Nothing in it is replaced or deleted by a change of the dial. */
export class Database extends pulumi.ComponentResource {
  static readonly __pulumiType = token("Database");
  readonly instance: aws.rds.Instance;
  readonly identifier: string;
  readonly address: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  readonly databaseName: string;
  readonly subnetGroupName: pulumi.Output<string>;
  readonly parameterGroupName: pulumi.Output<string>;

  constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Database.__pulumiType, name, { identifier: args.identifier, kind: args.kind }, opts);
    const subnets = new aws.rds.SubnetGroup(
      name,
      { name: args.identifier, subnetIds: [...args.subnetIds], tags: args.tags },
      { parent: this },
    );
    const settings = new aws.rds.ParameterGroup(
      name,
      {
        // The family is part of the name: a major step needs the old group until the instance has left it.
        name: `${args.identifier}-${familyOf(args.engineVersion)}`,
        family: familyOf(args.engineVersion),
        parameters: databaseParameters(args),
        tags: args.tags,
      },
      { parent: this },
    );
    const logs = new aws.cloudwatch.LogGroup(
      name,
      {
        name: `/aws/rds/instance/${args.identifier}/postgresql`,
        retentionInDays: args.logRetentionDays,
        kmsKeyId: args.keyArn,
        tags: args.tags,
      },
      { parent: this },
    );
    this.instance = this.createInstance(name, args, subnets, settings, this.monitoringRole(name, args), logs);
    this.identifier = args.identifier;
    this.address = this.instance.address;
    this.port = this.instance.port;
    this.databaseName = args.databaseName;
    this.subnetGroupName = subnets.name;
    this.parameterGroupName = settings.name;
    this.registerOutputs({ address: this.address, port: this.port });
  }

  private createInstance(
    name: string,
    args: DatabaseArgs,
    subnets: aws.rds.SubnetGroup,
    settings: aws.rds.ParameterGroup,
    monitoring: aws.iam.Role,
    logs: aws.cloudwatch.LogGroup,
  ): aws.rds.Instance {
    return new aws.rds.Instance(
      name,
      {
        identifier: args.identifier,
        engine: "postgres",
        engineVersion: args.engineVersion,
        allowMajorVersionUpgrade: args.allowMajorUpgrade,
        autoMinorVersionUpgrade: false,
        instanceClass: args.instanceClass,
        dbName: args.databaseName,
        username: ADMINISTRATOR,
        // Write-only: the password is never part of the state or of the provider's answers.
        passwordWo: args.administratorPassword,
        passwordWoVersion: 1,
        allocatedStorage: args.storageGibibytes,
        maxAllocatedStorage: args.storageLimitGibibytes,
        storageType: args.storageType,
        ...(args.iops === undefined ? {} : { iops: args.iops }),
        storageEncrypted: true,
        kmsKeyId: args.keyArn,
        multiAz: args.multiZone,
        dbSubnetGroupName: subnets.name,
        parameterGroupName: settings.name,
        vpcSecurityGroupIds: [args.securityGroupId],
        publiclyAccessible: false,
        iamDatabaseAuthenticationEnabled: true,
        caCertIdentifier: "rds-ca-rsa2048-g1",
        backupRetentionPeriod: args.backupRetentionDays,
        backupWindow: args.backupWindow,
        maintenanceWindow: args.maintenanceWindow,
        copyTagsToSnapshot: true,
        deleteAutomatedBackups: false,
        skipFinalSnapshot: false,
        finalSnapshotIdentifier: `${args.identifier}-final`,
        deletionProtection: args.deletionProtection,
        applyImmediately: false,
        performanceInsightsEnabled: true,
        performanceInsightsKmsKeyId: args.keyArn,
        performanceInsightsRetentionPeriod: 7,
        monitoringInterval: 60,
        monitoringRoleArn: monitoring.arn,
        enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
        tags: args.tags,
      },
      {
        protect: true,
        retainOnDelete: true,
        dependsOn: [logs],
        customTimeouts: { create: "90m", update: "120m", delete: "90m" },
        ...(args.kind === "adopt" ? { import: args.identifier } : {}),
        parent: this,
      },
    );
  }

  private monitoringRole(name: string, args: DatabaseArgs): aws.iam.Role {
    const role = new aws.iam.Role(
      `${name}-monitoring`,
      {
        name: `${args.prefix}-database-monitoring`,
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "monitoring.rds.amazonaws.com" },
              Action: "sts:AssumeRole",
            },
          ],
        }),
        tags: args.tags,
      },
      { parent: this },
    );
    new aws.iam.RolePolicyAttachment(
      `${name}-monitoring`,
      {
        role: role.name,
        policyArn: "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
      },
      { parent: this },
    );
    return role;
  }
}
