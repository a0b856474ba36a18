import type { ProblemCode } from './verdict.types.ts';

/** A fold's answer that the event changes nothing. */
export class Ignored {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** A fold's answer that the event cannot be used at all. */
export class SetAside {
  readonly code: ProblemCode;
  readonly field: string;

  constructor(code: ProblemCode, field: string) {
    this.code = code;
    this.field = field;
  }
}
