import { randomBytes } from "node:crypto";
import { Random } from "../shop/generator/random";
import { login } from "./accounts";
import { ContractBroken, judge } from "./contract";
import type { CustomersFile } from "./customers-file";
import { type Answer, HttpClient } from "./http-client";
import { Known } from "./known";
import type { Ledger } from "./ledger";
import type { Plan, SentOrder, Situation } from "./plan";
import { repeatablePlan } from "./purchases";
import { QUESTIONS } from "./questions";
import type { RequestRecord } from "./request-log";
import type { Kind } from "./schedule";
import { WISHES } from "./wishes";

export interface CustomersOptions {
  readonly address: string;
  readonly seed: number;
  readonly people: CustomersFile;
  readonly ledger: Ledger;
  /** Called once for each request, when it is over. */
  readonly onRequest: (record: RequestRecord) => void;
  /** Milliseconds until an answer is given up. Default 10 000. */
  readonly timeout?: number;
}

/** All customers of the shop: they act when told, remember what they learned, and keep the ledger. */
export class Customers {
  readonly run = randomBytes(6).toString("hex");
  readonly situation: Situation;
  private readonly client: HttpClient;
  private readonly unsettled: Plan[] = [];
  private keys = 0;
  private underWay = 0;

  constructor(private readonly options: CustomersOptions) {
    this.client = new HttpClient(options.address, options.timeout);
    this.situation = {
      random: new Random(options.seed, "customers"),
      known: new Known(),
      people: options.people,
      nextKey: () => `${this.run}-${++this.keys}`,
      sent: [] as SentOrder[],
      staffToken: undefined,
    };
  }

  /** Requests under way. */
  get open(): number {
    return this.underWay;
  }

  /** Wishes whose outcome is unknown and which can be sent again under their key. */
  get unknown(): number {
    return this.unsettled.length;
  }

  /** Sends one request of the kind, or the nearest thing a customer can do now. Never throws. */
  act(kind: Kind, scheduledAt: number): Promise<void> {
    return this.perform(this.plan(kind), scheduledAt);
  }

  /** Puts wishes of an earlier run that can be repeated safely in line to be sent again. */
  inherit(plans: readonly Plan[]): void {
    this.unsettled.push(...plans);
  }

  /** Sends each wish of unknown outcome once more, under the same key. */
  async settle(): Promise<void> {
    const again = this.unsettled.splice(0);
    await Promise.all(
      again.map(async (plan) => {
        const { wish, key } = plan;
        if (wish === undefined || key === undefined) return;
        if (this.situation.known.token(wish.email) === undefined)
          await this.perform(login(this.situation, wish.email), Date.now());
        await this.perform(this.renew(plan), Date.now());
      }),
    );
  }

  close(): void {
    this.client.close();
  }

  private plan(kind: Kind): Plan {
    const { situation } = this;
    const made =
      kind in QUESTIONS
        ? QUESTIONS[kind as keyof typeof QUESTIONS](situation)
        : WISHES[kind as keyof typeof WISHES](situation);
    if (made !== undefined) return made;
    // Whoever cannot act yet logs in, whoever knows no product looks around.
    const { known, random } = situation;
    return known.products.length > 0 && known.anySession(random) === undefined
      ? WISHES.login(situation)
      : QUESTIONS.browse(situation);
  }

  /** The plan with the token its customer has now. */
  private renew(plan: Plan): Plan {
    const { wish, key } = plan;
    return (wish !== undefined && key !== undefined && repeatablePlan(this.situation, key, wish)) || plan;
  }

  private async perform(plan: Plan, scheduledAt: number): Promise<void> {
    const { ledger } = this.options;
    if (plan.wish !== undefined && plan.key !== undefined) ledger.asked(plan.key, plan.wish);
    this.underWay++;
    const answer = await this.client.send(plan.request);
    this.underWay--;
    // A tenth of a millisecond is as fine as the log keeps it.
    const latency = Math.max(0, Math.round((Date.now() - scheduledAt) * 10) / 10);
    const { outcome, reason } = this.conclude(plan, answer);
    this.options.onRequest({
      scheduledAt,
      latency,
      status: answer.status,
      kind: plan.kind,
      release: answer.release,
      outcome,
      ...(reason === undefined ? {} : { reason }),
    });
  }

  /** Writes the outcome to the ledger, then lets the customers know. */
  private conclude(plan: Plan, answer: Answer): { outcome: RequestRecord["outcome"]; reason?: string } {
    const { ledger } = this.options;
    const key = plan.wish === undefined ? undefined : plan.key;
    const verdict = plan.alsoRefused?.includes(answer.status)
      ? ({ outcome: "refused" } as const)
      : judge(plan.kind, answer);
    if (verdict.outcome === "answered") {
      try {
        const { deed, remember } = plan.understand(answer);
        if (key !== undefined && deed !== undefined) ledger.acknowledged(key, deed);
        remember?.();
        return { outcome: "answered" };
      } catch (problem) {
        if (!(problem instanceof ContractBroken)) throw problem;
        if (key !== undefined) ledger.unknown(key, problem.message);
        return { outcome: "failed", reason: `${plan.kind}: ${problem.message}` };
      }
    }
    if (verdict.outcome === "failed" && !verdict.certain) {
      if (key !== undefined) {
        ledger.unknown(key, verdict.reason);
        if (plan.repeatable === true) this.unsettled.push(plan);
      }
    } else {
      if (key !== undefined) ledger.refused(key, answer.status);
      plan.refused?.(answer);
    }
    return verdict.outcome === "failed"
      ? { outcome: "failed", reason: verdict.reason }
      : { outcome: verdict.outcome };
  }
}
