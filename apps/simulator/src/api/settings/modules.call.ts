import { EMPTY } from '../../answers/answer.ts';
import type { Org } from '../../org/org.ts';
import type { Module } from '../../schema/module.model.ts';
import type { Call } from '../call.ts';
import { onArea } from '../needs.ts';

/** `GET /settings/modules` (reference 8) */
export const modulesCall: Call = {
  kind: 'settings.modules',
  method: 'GET',
  path: '/crm/v8/settings/modules',
  needs: onArea('settings', ['READ'], 'modules'),
  run: (_request, org) => ({ status: 200, body: { modules: org.schema.modules().map((module) => show(org, module)) } }),
};

/** `GET /settings/modules/{api_name or id}` */
export const moduleCall: Call = {
  kind: 'settings.modules',
  method: 'GET',
  path: '/crm/v8/settings/modules/:name',
  needs: onArea('settings', ['READ'], 'modules'),
  run: (request, org) => {
    const name = request.params['name'] ?? '';
    const module = org.schema.moduleBy({ api_name: name, id: name });
    return module === undefined ? EMPTY : { status: 200, body: { modules: [show(org, module)] } };
  },
};

function show(org: Org, module: Module): Record<string, unknown> {
  return {
    id: module.id,
    api_name: module.apiName,
    module_name: module.apiName,
    singular_label: module.singular,
    plural_label: module.plural,
    generated_type: 'default',
    api_supported: true,
    creatable: true,
    editable: true,
    deletable: true,
    viewable: true,
    visible: true,
    convertable: module.apiName === 'Leads',
    global_search_supported: true,
    triggers_supported: module.watchable,
    status: 'visible',
    web_link: `${org.url}/?module=${module.apiName}`,
  };
}
