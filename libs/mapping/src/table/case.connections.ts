import type { JsonObject } from '#contracts';
import type { CaseConnection, WorkedCase } from '../cases/case.schema.ts';
import { withSettings } from '../fold/mapping.definition.ts';
import type { Mapping } from '../fold/mapping.types.ts';

/** A worked case as one connection sees it: its tenant's steps, what is expected of its CRM, and the mapping with its settings. */
export interface ConnectionCase {
  readonly tenantId: string;
  readonly mapping: Mapping;
  readonly workedCase: WorkedCase;
}

interface Placed {
  readonly tenant_id?: string | undefined;
}

/**
 * A worked case of a mapping whose states are those of connections, one part for each connection to the mapping's destination. What is said
 * of other destinations (`zendesk`, `mails`, `webhooks`, `object` places) is left out. Empty where the case has no such connection.
 */
export function caseOfConnections(
  mapping: Mapping,
  workedCase: WorkedCase,
  caseSettings: JsonObject = {},
): ConnectionCase[] {
  const all: readonly CaseConnection[] = workedCase.connections ?? [{ destination: mapping.destination }];
  const tenantOf = ({ tenant_id: tenant }: Placed): string => tenant ?? mapping.product;
  const first = all[0] === undefined ? mapping.product : tenantOf(all[0]);
  return all
    .filter(({ destination }) => destination === mapping.destination)
    .map((connection, index) => {
      const tenantId = tenantOf(connection);
      const isHere = (entry: Placed): boolean => (entry.tenant_id ?? first) === tenantId;
      const id = connection.id ?? `${connection.destination}-${tenantId}-${index + 1}`;
      const settings = { ...caseSettings, ...connection.settings };
      return {
        tenantId,
        mapping: withSettings(mapping, settings, mapping.scope === 'connection' ? id : null),
        workedCase: { ...workedCase, steps: stepsOf(workedCase, isHere), expect: expectationOf(workedCase, isHere) },
      };
    });
}

function stepsOf({ steps }: WorkedCase, isHere: (entry: Placed) => boolean): WorkedCase['steps'] {
  return steps.filter((step) => {
    const [done] = Object.entries(step).flatMap(([name, about]) => (name === 'no_wait' ? [] : [about as Placed]));
    return done !== undefined && isHere(done);
  });
}

function expectationOf({ expect }: WorkedCase, isHere: (entry: Placed) => boolean): WorkedCase['expect'] {
  const { records, absent, notes, product_events: events } = expect;
  return {
    ...(records === undefined ? {} : { records: records.filter(isHere) }),
    ...(absent === undefined ? {} : { absent: absent.filter((place) => 'module' in place && isHere(place)) }),
    ...(notes === undefined ? {} : { notes: notes.filter(({ parent }) => 'module' in parent && isHere(parent)) }),
    ...(events === undefined ? {} : { product_events: events.filter(isHere) }),
  };
}
