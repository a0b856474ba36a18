import { EMPTY } from '../../answers/answer.ts';
import { layoutId } from '../../schema/layout.model.ts';
import type { Call } from '../call.ts';
import { onArea } from '../needs.ts';
import { showPicklistValue } from './field.view.ts';
import { paramModule } from './fields.call.ts';

/** `GET /settings/fields/{id}/pick_list_values?module=` (reference 8) */
export const pickListValuesCall: Call = {
  kind: 'settings.fields.values',
  method: 'GET',
  path: '/crm/v8/settings/fields/:id/pick_list_values',
  needs: onArea('settings', ['READ'], 'fields'),
  run: (request, org) => {
    const module = paramModule(request, org);
    const field = [...module.fields.values()].find((known) => known.id === request.params['id']);
    if (field?.values === undefined) return EMPTY;
    const layout = { api_name: 'Standard', name: 'Standard', id: layoutId(module) };
    const values = field.values.map((value) => ({ ...showPicklistValue(value), layout_associations: [layout] }));
    return { status: 200, body: { pick_list_values: values } };
  },
};
