import { itemsAnswer, success, type Item } from '../../answers/items.ts';
import type { Answer } from '../../answers/answer.ts';
import { publish } from '../../notifications/publish.ts';
import type { Org } from '../../org/org.ts';
import type { Change } from '../../records/change.ts';
import type { Call } from '../call.ts';
import { onModule } from '../needs.ts';
import { bodyList, bodyObject, creditsByTen, heavyAboveTen, pathModule } from '../request.body.ts';
import type { Module } from '../../schema/module.model.ts';
import { insertStep } from './record.steps.ts';
import { recordScope, workflowsRun, writeDetails } from './write.scope.ts';

/** `POST /{Module}`: makes up to 100 records (reference 2.1). */
export const insertCall: Call = {
  kind: 'records.insert',
  method: 'POST',
  path: '/crm/v8/:module',
  needs: onModule('CREATE'),
  credits: creditsByTen,
  heavy: heavyAboveTen,
  run: (request, org) => {
    const module = pathModule(request, org);
    const body = bodyObject(request);
    return insertAll(org, {
      module,
      inputs: bodyList(body, { key: 'data' }),
      workflow: workflowsRun(body),
      by: request.user.id,
    });
  },
};

/** Makes the records one by one, in order; those that fail leave the others alone. */
export function insertAll(
  org: Org,
  given: {
    readonly module: Module;
    readonly inputs: readonly unknown[];
    readonly workflow: boolean;
    readonly by: string;
  },
): Answer {
  const scope = recordScope(org);
  const changes: Change[] = [];
  const items = given.inputs.map((input, at): Item => {
    const step = insertStep(org, { module: given.module, input, path: `$.data[${at}]`, by: given.by }, scope);
    if ('error' in step) return step.error;
    changes.push(...step.changes);
    return success('record added', writeDetails(org, step.record));
  });
  publish(org, { changes, origin: { source: 'api', workflow: given.workflow } });
  return itemsAnswer('data', items, 201);
}
