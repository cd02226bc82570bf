import type { Random } from "../shop/generator/random";
import type { OrderAnswer } from "./contract";
import type { CustomersFile } from "./customers-file";
import type { Answer, Request } from "./http-client";
import type { Known } from "./known";
import type { Deed, Wish } from "./ledger-records";
import type { Kind } from "./schedule";

/** An order that was acknowledged, kept to be sent a second time under its key. */
export interface SentOrder {
  readonly key: string;
  readonly email: string;
  readonly body: unknown;
  readonly answer: OrderAnswer;
}

/** What a plan is made from. */
export interface Situation {
  readonly random: Random;
  readonly known: Known;
  readonly people: CustomersFile;
  /** A key no other wish of any run has. */
  nextKey(): string;
  /** Orders acknowledged in this run, newest last; bounded. */
  readonly sent: SentOrder[];
  staffToken: string | undefined;
}

/** What an answer means: the deed for the ledger, and what to remember once it is written there. */
export interface Meaning {
  readonly deed?: Deed;
  remember?(): void;
}

/** One request a customer makes, and how its answer is understood. */
export interface Plan {
  readonly kind: Kind;
  readonly request: Request;
  /** Set when the request changes something; written to the ledger before the request leaves. */
  readonly wish?: Wish;
  readonly key?: string;
  /** Statuses that are no failure for this very request, beyond those of its kind. */
  readonly alsoRefused?: readonly number[];
  /** The shop answers it the same however often it is sent, so it is sent again when no word came. */
  readonly repeatable?: true;
  /** Understands a positive answer. Throws ContractBroken. */
  understand(answer: Answer): Meaning;
  /** The shop said no. */
  refused?(answer: Answer): void;
  /** No word came. */
  lost?(): void;
}
