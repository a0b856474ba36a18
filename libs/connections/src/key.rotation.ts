import { sql, type Kysely } from 'kysely';
import { isCausewayError } from '#contracts';
import type { IntegrationDatabase } from '#postgres';
import type { SecretBox } from '#zoho';

/** Where sealed texts are. Each is bound to its connection; `row` names a row in one order. */
const PLACES = [
  {
    name: 'connections',
    table: 'connections.connections',
    row: 'id',
    connection: 'id',
    columns: ['client_secret_sealed', 'refresh_token_sealed'],
  },
  {
    name: 'tokens',
    table: 'connections.tokens',
    row: 'connection_id',
    connection: 'connection_id',
    columns: ['token_sealed'],
  },
  {
    name: 'channels',
    table: 'webhooks.channels',
    row: 'id',
    connection: 'connection_id',
    columns: ['address_sealed', 'token_sealed', 'previous_token_sealed'],
  },
] as const;
type Place = (typeof PLACES)[number];

export interface RotationOptions {
  /** Seals with the new key; knows the keys that are in use. */
  readonly box: SecretBox;
  /** Rows of one transaction. */
  readonly batch?: number;
  /** Only count. */
  readonly dryRun?: boolean;
}

export interface PlaceRotation {
  readonly place: Place['name'];
  /** Rows that were sealed anew; with `dryRun` those that would be. */
  readonly rows: number;
  /** Rows that no known key opens: their key is missing, or they were changed. */
  readonly unreadable: readonly { readonly row: string; readonly keyIds: readonly string[] }[];
}

/**
 * Seals every stored secret anew that is not under the box's own key and bound to its connection, in batches, each in a
 * transaction of its own. It may be stopped at any point and run again: what is done is left out. Services may run meanwhile
 * if they know both keys.
 */
export async function rotateKey(db: Kysely<IntegrationDatabase>, options: RotationOptions): Promise<PlaceRotation[]> {
  const results: PlaceRotation[] = [];
  for (const place of PLACES) results.push(await rotatePlace(db, place, options));
  return results;
}

type SealedRow = { readonly row: string; readonly connection: string } & Readonly<Record<string, string | null>>;

async function rotatePlace(
  db: Kysely<IntegrationDatabase>,
  place: Place,
  options: RotationOptions,
): Promise<PlaceRotation> {
  const unreadable: { row: string; keyIds: string[] }[] = [];
  let [rows, after] = [0, ''];
  for (;;) {
    const done = await db.transaction().execute(async (trx) => {
      const batch = await nextRows(trx, { place, after, options });
      for (const sealed of batch) {
        const anew = sealedAnew(sealed, place, options.box);
        if (anew === null) unreadable.push({ row: sealed.row, keyIds: keyIdsOf(sealed, place, options.box) });
        else {
          rows += 1;
          if (options.dryRun !== true) await writeRow(trx, { place, row: sealed.row, anew });
        }
      }
      return batch.at(-1)?.row ?? null;
    });
    if (done === null) return { place: place.name, rows, unreadable };
    after = done;
  }
}

async function nextRows(
  trx: Kysely<IntegrationDatabase>,
  given: { readonly place: Place; readonly after: string; readonly options: RotationOptions },
): Promise<SealedRow[]> {
  const { place, after, options } = given;
  const { box, batch = 100 } = options;
  const row = sql`${sql.ref(place.row)}::text`;
  const columns = place.columns.map((column) => sql.ref(column));
  const stale = columns.map((column) => sql`not starts_with(${column}, ${box.prefix})`);
  const { rows } = await sql<SealedRow>`
    select ${row} as "row", ${sql.ref(place.connection)} as "connection", ${sql.join(columns)}
      from ${sql.table(place.table)}
     where ${row} > ${after} and (${sql.join(stale, sql` or `)})
     order by ${row} limit ${batch} for update`.execute(trx);
  return rows;
}

async function writeRow(
  trx: Kysely<IntegrationDatabase>,
  given: { readonly place: Place; readonly row: string; readonly anew: Readonly<Record<string, string>> },
): Promise<void> {
  const { place, row, anew } = given;
  const changes = Object.entries(anew).map(([column, text]) => sql`${sql.ref(column)} = ${text}`);
  await sql`
    update ${sql.table(place.table)} set ${sql.join(changes)}
     where ${sql.ref(place.row)}::text = ${row}`.execute(trx);
}

/** Null when no key opens one of the texts. */
function sealedAnew(sealed: SealedRow, place: Place, box: SecretBox): Record<string, string> | null {
  try {
    return Object.fromEntries(
      sealedTexts(sealed, place).map(([column, text]) => {
        return [column, box.seal(box.open(text, sealed.connection), sealed.connection)];
      }),
    );
  } catch (error) {
    if (isCausewayError(error, 'SECRET_UNREADABLE')) return null;
    throw error;
  }
}

function keyIdsOf(sealed: SealedRow, place: Place, box: SecretBox): string[] {
  return [...new Set(sealedTexts(sealed, place).map(([, text]) => box.keyIdOf(text) ?? 'none'))];
}

/** The sealed texts of a row; a secret that is not there has none. */
function sealedTexts(sealed: SealedRow, place: Place): [string, string][] {
  return place.columns.flatMap((column): [string, string][] => {
    const text = sealed[column] ?? null;
    return text === null ? [] : [[column, text]];
  });
}
