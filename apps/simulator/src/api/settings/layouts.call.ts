import { EMPTY } from '../../answers/answer.ts';
import type { Org } from '../../org/org.ts';
import { LAYOUT_MANDATORY, layoutId } from '../../schema/layout.model.ts';
import type { Module } from '../../schema/module.model.ts';
import type { Call } from '../call.ts';
import { onArea } from '../needs.ts';
import { showField } from './field.view.ts';
import { paramModule } from './fields.call.ts';

/** `GET /settings/layouts?module=`: each module has one, with all its fields (reference 8). */
export const layoutsCall: Call = {
  kind: 'settings.layouts',
  method: 'GET',
  path: '/crm/v8/settings/layouts',
  needs: onArea('settings', ['READ'], 'layouts'),
  run: (request, org) => ({ status: 200, body: { layouts: [show(org, paramModule(request, org))] } }),
};

/** `GET /settings/layouts/{id}?module=` */
export const layoutCall: Call = {
  kind: 'settings.layouts',
  method: 'GET',
  path: '/crm/v8/settings/layouts/:id',
  needs: onArea('settings', ['READ'], 'layouts'),
  run: (request, org) => {
    const module = paramModule(request, org);
    return request.params['id'] === layoutId(module) ? { status: 200, body: { layouts: [show(org, module)] } } : EMPTY;
  },
};

function show(org: Org, module: Module): Record<string, unknown> {
  const mandatory = new Set(LAYOUT_MANDATORY[module.apiName]);
  const id = layoutId(module);
  const fields = [...module.fields.values()].map((field, at) => ({
    ...showField(org, field),
    required: field.mandatory || mandatory.has(field.apiName),
    sequence_number: at + 1,
  }));
  return {
    id,
    name: 'Standard',
    display_label: 'Standard',
    api_name: 'Standard',
    status: 'active',
    visible: true,
    source: 'crm',
    generated_type: 'default',
    sections: [
      {
        id: `${id.slice(0, 8)}9${id.slice(9)}`,
        name: `${module.singular} Information`,
        display_label: `${module.singular} Information`,
        api_name: `${module.singular}_Information`,
        generated_type: 'default',
        type: 'used',
        sequence_number: 1,
        column_count: 2,
        isSubformSection: false,
        tab_traversal: 'left_to_right',
        properties: null,
        fields,
      },
    ],
  };
}
