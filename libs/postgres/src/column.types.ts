import type { ColumnType } from 'kysely';
import type { Json, JsonObject } from '#contracts';

/** A column that may be left out of an insert because the database has a value for it. */
export type Generated<T> =
  T extends ColumnType<infer Select, infer Insert, infer Update>
    ? ColumnType<Select, Insert | undefined, Update>
    : ColumnType<T, T | undefined, T>;

/** A column that only the database writes. */
export type Computed<T> =
  T extends ColumnType<infer Select, unknown, unknown> ? ColumnType<Select, never, never> : ColumnType<T, never, never>;

/** Beyond the safe integers of JavaScript, so `pg` gives text. */
export type BigInteger = ColumnType<string, string | number | bigint, string | number | bigint>;

/** Exact decimals are text: a float would change them. */
export type Decimal = ColumnType<string, string | number, string | number>;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

/** Written as an object or as JSON text. An array has to be text: `pg` would send it as a Postgres array. */
export type JsonColumn = ColumnType<Json, JsonObject | string, JsonObject | string>;
