export const SUBJECTS = [
  "orders",
  "payments",
  "cancellations",
  "reviews",
  "returns",
  "registrations",
] as const;
export type Subject = (typeof SUBJECTS)[number];
export type Fault = "lost" | "doubled" | "altered" | "unexpected";

/** How one kind of thing came through. `unexpected` are there although nobody asked for them, or the shop had said no. */
export interface Counts {
  acknowledged: number;
  lost: number;
  doubled: number;
  altered: number;
  unexpected: number;
}

/** One thing that is wrong, named so that a person finds it. */
export interface Detail {
  readonly model: string;
  readonly subject: Subject | "stock";
  readonly fault: Fault;
  readonly item: string;
  readonly problem: string;
}

/** The most details that are kept; counts go on. */
const KEPT_DETAILS = 50;

/** Counts what is right and wrong in one model. */
export class Tally {
  readonly subjects = Object.fromEntries(
    SUBJECTS.map((subject) => [subject, { acknowledged: 0, lost: 0, doubled: 0, altered: 0, unexpected: 0 }]),
  ) as Record<Subject, Counts>;
  readonly details: Detail[] = [];

  constructor(private readonly model: string) {}

  acknowledged(subject: Subject): void {
    this.subjects[subject].acknowledged++;
  }

  wrong(subject: Subject, fault: Fault, item: string, problem: string): void {
    this.subjects[subject][fault]++;
    this.detail(subject, fault, item, problem);
  }

  detail(subject: Detail["subject"], fault: Fault, item: string, problem: string): void {
    if (this.details.length < KEPT_DETAILS)
      this.details.push({ model: this.model, subject, fault, item, problem });
  }
}
