export type Operator =
  '=' | '!=' | '>' | '>=' | '<' | '<=' | 'like' | 'not like' | 'in' | 'not in' | 'between' | 'is null' | 'is not null';

export interface Comparison {
  readonly kind: 'comparison';
  readonly column: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

interface Junction {
  readonly kind: 'and' | 'or';
  readonly left: Condition;
  readonly right: Condition;
}

export type Condition = Comparison | Junction;

/** A query as it was written; whether its columns exist is another question. */
export interface CoqlQuery {
  readonly columns: readonly string[];
  readonly module: string;
  readonly where: Condition;
  readonly orderBy: readonly { readonly column: string; readonly descending: boolean }[];
  readonly offset: number;
  readonly limit: number;
}

export function comparisonsOf(condition: Condition): Comparison[] {
  return condition.kind === 'comparison'
    ? [condition]
    : [...comparisonsOf(condition.left), ...comparisonsOf(condition.right)];
}
