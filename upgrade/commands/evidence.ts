import { readDocuments } from "../evidence/bucket";
import { verifyChain } from "../evidence/chain";
import { recordedDigests } from "../evidence/read-back";
import { regionOf } from "../flow/gate";
import { writeDocument } from "../output/document";
import { Refusal } from "../refusal";
import { AwsProblem } from "../stack/aws";
import { readDial } from "../stack/dial";
import { type CommonOptions, type Context, openContext } from "./context";

/** `evidence verify`: whether every document is the one that was written. Names each that is not. */
export async function verifyEvidence(options: CommonOptions): Promise<number> {
  const context = await openContext(options);
  const { project, console, json } = context;
  const { release, documents, recorded } = await evidenceOf(context);
  const verification = verifyChain(documents, recorded);
  for (const { key, heldBy } of verification.documents)
    console.line(`  ${key}  ${heldBy.length === 0 ? "not held fast yet" : `held by ${heldBy.join(", ")}`}`);
  for (const { key, problem } of verification.broken) console.line(`  ✗ ${key}: ${problem}.`);
  console.line(
    verification.verdict === "passed"
      ? `\n${documents.length} documents of ${release} are as they were written.`
      : `\n${verification.broken.length} problems. The bucket keeps every version: look up who wrote the newest one (CloudTrail), and take the earlier one.`,
  );
  writeDocument(json, {
    version: 1,
    command: "evidence verify",
    stack: project.stack,
    release,
    ...verification,
  });
  return verification.verdict === "passed" ? 0 : 1;
}

/** All documents of the release at hand, and the digests the stack recorded of them. */
export async function evidenceOf({ project, operations }: Context) {
  const { next, current } = readDial(project);
  const release = next ?? current;
  const outputs = await operations.outputs();
  const { bucket } = (outputs.evidence ?? {}) as { bucket?: string };
  if (bucket === undefined)
    throw new Refusal(`${project.stack} has no evidence yet. Begin with: order-upgrade run --to prepared`);
  try {
    const documents = await readDocuments({ bucket, region: regionOf(project) }, `${project.stack}/`);
    const recorded = await recordedDigests(operations, outputs, documents);
    // Reports and what other releases left lie beside them; what the stack recorded is looked at whatever it is about.
    return {
      release,
      outputs,
      recorded,
      documents: documents.filter(
        ({ key }) => key.startsWith(`${project.stack}/${release}/`) || key in recorded,
      ),
    };
  } catch (problem) {
    if (problem instanceof AwsProblem) throw new Refusal(problem.message);
    throw problem;
  }
}
