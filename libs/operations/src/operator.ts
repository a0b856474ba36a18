/** Who changes something, and why: it stands in the audit. */
export interface Operator {
  readonly by: string;
  readonly reason: string;
}
