import { EMPTY, errorBody, Refusal } from '../../answers/answer.ts';
import { paramMissing } from '../../answers/errors.ts';
import type { Org } from '../../org/org.ts';
import type { Module } from '../../schema/module.model.ts';
import type { ApiRequest, Call } from '../call.ts';
import { onArea } from '../needs.ts';
import { showField } from './field.view.ts';

/** `GET /settings/fields?module=` (reference 8) */
export const fieldsCall: Call = {
  kind: 'settings.fields',
  method: 'GET',
  path: '/crm/v8/settings/fields',
  needs: onArea('settings', ['READ'], 'fields'),
  run: (request, org) => {
    const module = paramModule(request, org);
    // Every field counts as used; none lies outside the layouts.
    if (request.query.get('type') === 'unused') return EMPTY;
    return { status: 200, body: { fields: [...module.fields.values()].map((field) => showField(org, field)) } };
  },
};

/** `GET /settings/fields/{id}?module=` */
export const fieldCall: Call = {
  kind: 'settings.fields',
  method: 'GET',
  path: '/crm/v8/settings/fields/:id',
  needs: onArea('settings', ['READ'], 'fields'),
  run: (request, org) => {
    const module = paramModule(request, org);
    const field = [...module.fields.values()].find((known) => known.id === request.params['id']);
    return field === undefined ? EMPTY : { status: 200, body: { fields: [showField(org, field)] } };
  },
};

/** The module that `?module=` names. @throws Refusal when it is missing or unknown */
export function paramModule(request: Pick<ApiRequest, 'query'>, org: Org): Module {
  const name = request.query.get('module');
  if (name === null || name === '') throw paramMissing('module');
  const module = org.schema.module(name);
  if (module !== undefined) return module;
  const details = { param_name: 'module' };
  throw new Refusal(400, errorBody('INVALID_MODULE', 'the module name given seems to be invalid', details));
}
