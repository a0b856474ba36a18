import { checkSetUp, listConnections, type Connection } from '#connections';
import { CausewayError } from '#contracts';
import { errorFields } from '#observability';
import { loadPack } from '#packs';
import type { Failure, ZohoCalls } from '#zoho';
import { withClients, type CrmTarget } from '../crm.access.ts';
import { note, ok, wrong, type Finding } from '../doctor/finding.ts';
import { servedBy } from './connection.settings.ts';

export interface Trial {
  readonly connection: string;
  readonly findings: readonly Finding[];
  /** Whether the CRM answered at all; null when it was not asked. */
  readonly reached: boolean | null;
  /** How long its first answer took, a new token included; null without an answer. */
  readonly milliseconds: number | null;
}

/**
 * Tries a connection with calls that change nothing: secrets, token, organisation, and what the packs of its tenant need.
 * @throws CausewayError `CONNECTION_MISSING`, `POSTGRES_UNREACHABLE`
 */
export function tryConnection(
  target: CrmTarget,
  { id, packs }: { readonly id: string; readonly packs: readonly string[] },
): Promise<Trial> {
  return withClients(target, async ({ db, clients }) => {
    const connection = (await listConnections(db)).find((found) => found.id === id);
    if (connection === undefined) throw new CausewayError('CONNECTION_MISSING', { details: { connection: id } });
    const state = ofState(connection);
    let client: ZohoCalls;
    try {
      client = await clients.clientOf(id);
    } catch (error) {
      const action = 'Give CAUSEWAY_SECRET_KEY, or CAUSEWAY_OTHER_SECRET_KEYS, the key that it was sealed with.';
      const findings = [state, wrong('secrets', errorFields(error).reason, action)];
      return { connection: id, findings, reached: null, milliseconds: null };
    }
    const started = performance.now();
    const answer = await client.org();
    const milliseconds = Math.round(performance.now() - started);
    const found = [state, ok('secrets', 'can be opened')];
    if (answer.kind === 'unavailable' || answer.kind === 'unknown')
      return { connection: id, findings: [...found, ofFailure('CRM', answer)], reached: false, milliseconds: null };
    const organisation = answer.kind === 'ok' ? ok('CRM', describe(answer.org)) : ofFailure('CRM', answer);
    const setUp = await ofPacks(client, { connection, packs });
    return { connection: id, findings: [...found, organisation, ...setUp], reached: true, milliseconds };
  });
}

function ofState({ state, stateCode }: Connection): Finding {
  if (state === 'active') return ok('state', 'active');
  const action = state === 'paused' ? 'causeway resume, when it may go on.' : 'See causeway connection status.';
  return note('state', stateCode === null ? state : `${state} (${stateCode})`, action);
}

function ofFailure(check: string, failure: Failure): Finding {
  const action =
    failure.kind === 'throttled'
      ? 'Try again later, or see causeway credits status.'
      : 'Check credentials, scopes (ZohoCRM.org.READ among them) and that the CRM answers.';
  return wrong(check, `${failure.code}: ${failure.reason}`, action);
}

function describe({
  type,
  paidType,
  timeZone,
}: {
  type: string | null;
  paidType: string | null;
  timeZone: string | null;
}): string {
  return ['answers', type, paidType, timeZone].filter((part) => part !== null).join(', ');
}

async function ofPacks(
  client: ZohoCalls,
  { connection, packs: names }: { readonly connection: Connection; readonly packs: readonly string[] },
): Promise<Finding[]> {
  const packs = await Promise.all(names.map((name) => loadPack(name)));
  const findings: Finding[] = [];
  for (const { mapping } of servedBy(connection.tenantId, packs)) {
    const check = `set-up of ${mapping.name}`;
    const result = await checkSetUp(client, mapping);
    if (result.kind !== 'ok') {
      findings.push(ofFailure(check, result));
      continue;
    }
    const stops = result.differences.filter((difference) => difference.stops);
    const fields = stops.map(({ module, apiName, difference }) => `${module}.${apiName} ${difference}`).join(', ');
    const action = `npx causeway fields plan --pack ${mapping.name}`;
    findings.push(stops.length === 0 ? ok(check, 'fields and pipelines are there') : wrong(check, fields, action));
  }
  return findings;
}
