import type { Diff } from "../host/provider";
import type { ResourceState } from "../resource/state";
import { isProviderType, makeUrn } from "../resource/urn";
import type { Candidate, Decisions } from "./decisions";
import { desiredState } from "./desired-state";
import type { Registration, SourceEvent } from "./events";
import { compareWithOld, type Examination, examine } from "./examination";

/** A short queue is worked off strictly in order, as the CLI does; only a long one is worth asking ahead for. */
const LONG_QUEUE = 8;
const AT_ONCE = 6;

/** What was asked about a registration before its turn. */
export interface Foreseen {
  old: ResourceState | undefined;
  state: ResourceState;
  examination: Examination;
  diff: Promise<Diff> | undefined;
}

/**
 * Asks provider and packs about the registrations that wait next, so that they work while the engine decides about
 * others. Decisions stay in the order of registration, and nothing is asked ahead whose question could still change.
 */
export class LookAhead {
  private readonly begun = new Map<Registration, Promise<Foreseen> | undefined>();

  constructor(private readonly decisions: Decisions) {}

  /** Looks at what waits, the next first. */
  consider(queue: readonly SourceEvent[]): void {
    if (queue.length < LONG_QUEUE || !this.possible()) return;
    for (const event of queue.slice(0, AT_ONCE)) {
      if (event.kind !== "register" || this.begun.has(event)) continue;
      const question = this.foresee(event);
      // A failure counts when it is this registration's turn.
      question?.catch(() => undefined);
      this.begun.set(event, question);
    }
  }

  /**
   * The answers, unless something has happened that changes the questions.
   * @throws what the provider or a pack threw
   */
  async take({ registration, old, recreating }: Candidate): Promise<Foreseen | undefined> {
    const question = this.begun.get(registration);
    this.begun.delete(registration);
    if (!question || recreating) return undefined;
    const foreseen = await question;
    return foreseen.old === old ? foreseen : undefined;
  }

  private possible(): boolean {
    const { options } = this.decisions.deployment;
    return (
      options.mode === "update" &&
      options.parallel > 1 &&
      !(options.refresh && options.runProgram) &&
      !options.targets.constrained &&
      !options.excludes.constrained &&
      !options.replaceTargets.constrained
    );
  }

  private foresee(registration: Registration): Promise<Foreseen> | undefined {
    const { decisions } = this;
    const { deployment } = decisions;
    const { goal } = registration;
    if (isProviderType(goal.type) || goal.id) return undefined;
    const urn = makeUrn(
      deployment.options.stack,
      deployment.options.project,
      goal.parent,
      goal.type,
      goal.name,
    );
    if (decisions.urns.has(urn) || decisions.claimed.has(urn) || decisions.deletes.has(urn)) return undefined;
    const old = deployment.olds.get(urn);
    const mayHaveOtherName = goal.aliases.length > 0 || decisions.aliases.has(goal.parent);
    if (!old && mayHaveOtherName && deployment.olds.size > 0) return undefined;
    if (old && (old.external || old.taint || goal.ignoreChanges.length > 0)) return undefined;
    const provider = goal.custom ? deployment.providers.get(goal.provider) : undefined;
    if (goal.custom && !provider) return undefined;
    const state = desiredState(goal, urn, old, undefined);
    const subject = { goal, urn, old, state, provider, inputs: goal.inputs, included: true };
    const comparable =
      goal.replacementTrigger === null &&
      goal.replaceWith.length === 0 &&
      old?.replacementTrigger === null &&
      old.provider === goal.provider;
    return examine(decisions, subject).then((examination) => {
      const refused = examination.failures.length > 0 || examination.judgement.refused;
      const diff =
        old && provider && comparable && !refused
          ? compareWithOld(decisions, provider, old, state, goal)
          : undefined;
      diff?.catch(() => undefined);
      return { old, state, examination, diff };
    });
  }
}
