/** Nobody deletes a recovery point or shortens its life, but whoever administers backups in this account with a second factor. */
export const vaultPolicy = (vaultName: string, accountId: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "NobodyDeletes",
        Effect: "Deny",
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: [
          "backup:DeleteRecoveryPoint",
          "backup:UpdateRecoveryPointLifecycle",
          "backup:DeleteBackupVault",
          "backup:DeleteBackupVaultAccessPolicy",
        ],
        Resource: [
          `arn:aws:backup:*:${accountId}:backup-vault:${vaultName}`,
          "arn:aws:rds:*:*:snapshot:awsbackup:*",
        ],
        Condition: { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } },
      },
    ],
  });
