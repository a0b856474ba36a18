import { itemsAnswer, success, type Item } from '../../answers/items.ts';
import { EDITION_LIMITS } from '../../limits/edition.ts';
import { makeField } from '../../schema/field.maker.ts';
import { isIndexed } from '../../schema/field.model.ts';
import type { Call } from '../call.ts';
import { onArea } from '../needs.ts';
import { bodyList, bodyObject } from '../request.body.ts';
import { checkNewField } from './field.create.ts';
import { paramModule } from './fields.call.ts';

const MOST_FIELDS = 5;

/** `POST /settings/fields?module=`: up to five custom fields (reference 8). */
export const createFieldsCall: Call = {
  kind: 'settings.fields.create',
  method: 'POST',
  path: '/crm/v8/settings/fields',
  needs: onArea('settings', ['CREATE'], 'fields'),
  run: (request, org) => {
    const module = paramModule(request, org);
    const inputs = bodyList(bodyObject(request), { key: 'fields', most: MOST_FIELDS });
    const most = EDITION_LIMITS[org.limits.settings.edition].customFields;
    const hasModule = (name: string): boolean => org.schema.module(name) !== undefined;
    const items = inputs.map((input, at): Item => {
      const checked = checkNewField({ module, input, path: `$.fields[${at}]`, most, hasModule });
      if ('error' in checked) return checked.error;
      const field = makeField(checked.spec, org.ids);
      org.schema.put(module, field);
      if (isIndexed(field)) org.records.of(module).index(field);
      return success('field created', { id: field.id });
    });
    return itemsAnswer('fields', items, 201);
  },
};
