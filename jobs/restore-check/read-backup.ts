import { type BackupManifest, backupManifestKey, backupManifestSchema } from "../backup/backup-manifest";
import type { JobContext } from "../frame/context";
import { digestOf } from "../frame/evidence";
import { StepProblem } from "../frame/problems";

/** The manifest of the export, held against the digest that the evidence of `backup` names. */
export async function readBackup(
  context: JobContext,
): Promise<{ readonly manifest: BackupManifest; readonly digest: string; readonly bucket: string }> {
  const target = context.environment.backup;
  if (target === undefined) throw new StepProblem("BACKUP_BUCKET and BACKUP_PREFIX are missing");
  const key = backupManifestKey(target.prefix);
  const place = `s3://${target.bucket}/${key}`;
  const bytes = await context.objects.get({ bucket: target.bucket, key });
  if (bytes === undefined)
    throw new StepProblem(`there is no ${place}: the export is not complete; run backup again`);
  const digest = digestOf(bytes);
  const claimed = (await context.evidence("backup"))?.inputs.backup;
  if (claimed !== undefined && claimed !== digest)
    throw new StepProblem(
      `${place} is not the manifest that backup proved (${digest}, proved ${claimed}); run backup again`,
    );
  const parsed = backupManifestSchema.safeParse(parse(bytes));
  if (!parsed.success)
    throw new StepProblem(`${place} is damaged: ${parsed.error.issues[0]?.message ?? ""}; run backup again`);
  return { manifest: parsed.data, digest, bucket: target.bucket };
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}
