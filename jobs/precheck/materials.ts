import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { ReleaseProblem } from "../../releases/load";
import type { Manifest } from "../../releases/manifest";
import type { JobContext } from "../frame/context";
import { messageOf } from "../frame/problems";
import type { Check } from "../frame/result";

const DAY = 86_400_000;
/** Beside the releases; used when no key is pinned in the parameters. */
const PUBLISHERS_KEY = "publisher.pub.pem";

/** Everything that has to be there and unaltered before a release may be introduced (M2.4). */
export function checkMaterials(
  context: JobContext,
  version: string,
): { checks: Check[]; manifest: Manifest | undefined } {
  const { releases, parameters, now } = context;
  let manifest: Manifest;
  try {
    manifest = releases.manifest(version);
  } catch (problem) {
    if (!(problem instanceof ReleaseProblem)) throw problem;
    return {
      checks: [{ name: "manifest-complete", holds: false, detail: problem.message }],
      manifest: undefined,
    };
  }
  const { findings, supportMargin } = parameters.verification;
  const missing = [manifest.notes, manifest.licence.file, "schema.sql", "checks.yaml", "manifest.sig"].filter(
    (file) => !existsSync(releases.file(version, file)),
  );
  const supportEnds = new Date(`${manifest.support.until}T23:59:59Z`);
  const earliest = new Date(now().getTime() + supportMargin * 1000);
  const checks: Check[] = [
    { name: "manifest-complete", holds: true, value: manifest.version },
    checkSignature(context, version),
    {
      name: "documents-present",
      holds: missing.length === 0,
      value: missing,
      detail:
        missing.length === 0
          ? "notes, licence, schema, checks and signature are there"
          : `${missing.join(", ")} missing in releases/${version}; ask ${manifest.support.contact} for the complete release`,
    },
    {
      name: "release-supported",
      holds: supportEnds >= earliest,
      value: manifest.support.until,
      limit: earliest.toISOString().slice(0, 10),
      detail: `support of ${version} by ${manifest.support.contact} must last beyond verification.supportMargin`,
    },
  ];
  for (const [name, image] of Object.entries({ ...manifest.images, ...manifest.tools })) {
    const age = now().getTime() - new Date(image.findings.scannedOn).getTime();
    const problems = [
      ...(image.findings.critical > findings.critical
        ? [`${image.findings.critical} critical findings`]
        : []),
      ...(image.findings.high > findings.high ? [`${image.findings.high} high findings`] : []),
      ...(age > findings.maximumAge * 1000 ? [`the scan is ${Math.floor(age / DAY)} days old`] : []),
      ...(/@sha256:0{64}$/.test(image.reference)
        ? ["the digest is a placeholder; the release was never packaged"]
        : []),
    ];
    checks.push({
      name: `image-${name}`,
      holds: problems.length === 0,
      value: { ...image.findings },
      limit: {
        critical: findings.critical,
        high: findings.high,
        days: Math.floor((findings.maximumAge * 1000) / DAY),
      },
      detail:
        problems.length === 0
          ? image.reference
          : `${image.reference}: ${problems.join(", ")}; rebuild and scan it, then publish the release again`,
    });
  }
  return { checks, manifest };
}

function checkSignature({ releases, parameters }: JobContext, version: string): Check {
  const name = "manifest-signature";
  const wrong = (detail: string): Check => ({ name, holds: false, detail });
  const file = releases.file(version, "manifest.sig");
  if (!existsSync(file)) return wrong("manifest.sig is missing; sign the manifest with npm run package");
  const beside = path.join(releases.directory, PUBLISHERS_KEY);
  const pinned = parameters.verification.publicKey;
  const given = pinned ?? (existsSync(beside) ? readFileSync(beside, "utf8") : undefined);
  if (given === undefined)
    return wrong("verification.publicKey is not set; set the publisher's Ed25519 public key");
  let key: KeyObject;
  try {
    key = readKey(given);
  } catch (problem) {
    return wrong(`the publisher's key is not an Ed25519 public key: ${messageOf(problem)}`);
  }
  const signature = Buffer.from(readFileSync(file, "utf8").trim(), "base64");
  const holds = verify(null, Buffer.from(releases.read(version, "manifest.yaml")), key, signature);
  const source = pinned === undefined ? `${PUBLISHERS_KEY} beside the releases` : "verification.publicKey";
  return holds
    ? { name, holds, detail: `signed with the key of ${source}` }
    : wrong(
        `the signature does not belong to manifest.yaml and the key of ${source}; the release was altered or the key is another publisher's`,
      );
}

function readKey(text: string): KeyObject {
  const key = text.includes("BEGIN")
    ? createPublicKey(text)
    : createPublicKey({ key: Buffer.from(text, "base64"), format: "der", type: "spki" });
  if (key.asymmetricKeyType !== "ed25519") throw new Error(`it is ${key.asymmetricKeyType ?? "unknown"}`);
  return key;
}
