import { jobOf } from "../evidence/read-back";
import type { Dial } from "../stack/dial";
import type { StackOperations } from "../stack/operations";

/** Whether the step that removes the old data model was begun: until then all of it is there, also in phase `complete`. */
export const isRemovalBegun = async (
  { next = "", attempt }: Dial,
  operations: Pick<StackOperations, "hasJob">,
): Promise<boolean> => operations.hasJob(jobOf(`${next}/${attempt}/contract.json`));
