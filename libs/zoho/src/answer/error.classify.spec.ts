import fc from 'fast-check';
import { ERROR_CATALOGUE, type Json } from '#contracts';
import { accepted, answer, refused } from '../testing/answers.ts';
import { classifyWrite } from './answer.classify.ts';

const one = { wrapper: 'data', count: 1 } as const;
function outcomeOf(item: Json, status = 400) {
  const [outcome] = classifyWrite(answer(status, { data: [item] }), one);
  return outcome;
}

/** Reference 6: code, HTTP status, what it becomes. */
const CATALOGUE: [string, number, object][] = [
  ['AUTHENTICATION_FAILURE', 401, { kind: 'rejected', code: 'CRM_CALL_REFUSED', concerns: 'connection' }],
  ['OAUTH_SCOPE_MISMATCH', 401, { kind: 'rejected', code: 'CRM_SCOPE_MISSING', concerns: 'connection' }],
  ['OAUTH_SCOPE_MISMATCH', 403, { kind: 'rejected', code: 'CRM_SCOPE_MISSING', concerns: 'connection' }],
  ['INVALID_TOKEN', 401, { kind: 'unavailable' }],
  ['AUTHORIZATION_FAILED', 400, { kind: 'rejected', code: 'CRM_PERMISSION_MISSING' }],
  ['NO_PERMISSION', 403, { kind: 'rejected', code: 'CRM_PERMISSION_MISSING' }],
  ['INVALID_MODULE', 400, { kind: 'rejected', code: 'CRM_CALL_REFUSED' }],
  ['INVALID_URL_PATTERN', 404, { kind: 'rejected', code: 'CRM_CALL_REFUSED' }],
  ['INVALID_REQUEST_METHOD', 405, { kind: 'rejected', code: 'CRM_CALL_REFUSED' }],
  ['INVALID_HOST', 400, { kind: 'rejected', code: 'CRM_CALL_REFUSED', concerns: 'connection' }],
  ['INVALID_DATA', 400, { kind: 'rejected', code: 'CRM_VALUE_REFUSED', gone: false }],
  ['MANDATORY_NOT_FOUND', 400, { kind: 'rejected', code: 'CRM_MANDATORY_MISSING' }],
  ['DUPLICATE_DATA', 400, { kind: 'rejected', code: 'CRM_DUPLICATE' }],
  ['REQUIRED_PARAM_MISSING', 400, { kind: 'rejected', code: 'CRM_CALL_REFUSED' }],
  ['PATTERN_NOT_MATCHED', 400, { kind: 'rejected', code: 'CRM_VALUE_REFUSED' }],
  ['UNABLE_TO_PARSE_DATA_TYPE', 400, { kind: 'rejected', code: 'CRM_CALL_REFUSED' }],
  ['LIMIT_EXCEEDED', 400, { kind: 'rejected', code: 'CRM_REJECTED' }],
  ['NOT_SUPPORTED', 403, { kind: 'rejected', code: 'CRM_CALL_REFUSED' }],
  ['RECORD_LOCKED', 400, { kind: 'rejected', code: 'CRM_RECORD_LOCKED' }],
  ['NOT_APPROVED', 400, { kind: 'rejected', code: 'CRM_RECORD_LOCKED' }],
  ['RECORD_IN_BLUEPRINT', 400, { kind: 'rejected', code: 'CRM_RECORD_LOCKED' }],
  ['ALREADY_MODIFIED', 412, { kind: 'rejected', code: 'CRM_REJECTED' }],
  ['CONVERTED_RECORD', 400, { kind: 'rejected', code: 'CRM_REJECTED' }],
  ['EXPIRED_VALUE', 400, { kind: 'rejected', code: 'CRM_REJECTED' }],
  ['DEPENDENT_SERVICE_ERROR', 400, { kind: 'unknown' }],
  ['TOO_MANY_REQUESTS', 429, { kind: 'throttled', code: 'CRM_THROTTLED' }],
  ['INTERNAL_ERROR', 500, { kind: 'unknown', code: 'CRM_OUTCOME_UNKNOWN' }],
  ['SERVICE_UNAVAILABLE', 503, { kind: 'unknown' }],
  ['FILE_TOO_LARGE', 413, { kind: 'rejected', code: 'CRM_CALL_REFUSED' }],
  ['A_CODE_NOBODY_KNOWS', 400, { kind: 'rejected', code: 'CRM_REJECTED', zohoCode: 'A_CODE_NOBODY_KNOWS' }],
];

describe('the error catalogue of the reference', () => {
  it.each(CATALOGUE)('%s (HTTP %d), wrapped and bare', (code, status, expected) => {
    expect(outcomeOf(refused(code), status)).toMatchObject(expected);
    const [bare] = classifyWrite(answer(status, refused(code)), one);
    expect(bare).toMatchObject(expected);
  });

  it('reads a code inside a 2xx answer just the same', () => {
    expect(outcomeOf(refused('INTERNAL_ERROR'), 207)).toMatchObject({ kind: 'unknown' });
    expect(outcomeOf(refused('TOO_MANY_REQUESTS'), 207)).toMatchObject({ kind: 'throttled' });
  });

  it('says of every refusal whose it is, and of a code that nobody knows that a person has to look', () => {
    const owners = CATALOGUE.flatMap(([code, status]) => {
      const outcome = outcomeOf(refused(code), status);
      return outcome?.kind === 'rejected' ? [[code, ERROR_CATALOGUE[outcome.code].owner]] : [];
    });
    expect(Object.fromEntries(owners)).toMatchObject({
      INVALID_DATA: 'product',
      MANDATORY_NOT_FOUND: 'sales admin',
      DUPLICATE_DATA: 'sales admin',
      RECORD_LOCKED: 'sales admin',
      NO_PERMISSION: 'sales admin',
      INVALID_MODULE: 'platform',
      OAUTH_SCOPE_MISMATCH: 'platform',
      A_CODE_NOBODY_KNOWS: 'sales admin',
    });
  });

  it('maps to codes of our own catalogue only', () => {
    for (const [code, status] of CATALOGUE) {
      expect(Object.keys(ERROR_CATALOGUE)).toContain((outcomeOf(refused(code), status) as { code: string }).code);
    }
  });
});

describe('what is kept of a refusal', () => {
  it.each([
    [{ expected_data_type: 'phone', api_name: 'Phone' }, 'INVALID_DATA (expected phone)', 'Phone'],
    [{ maximum_length: 255, api_name: 'City', json_path: '$.data[0].City' }, 'INVALID_DATA (at most 255)', 'City'],
    [{ supported_values: ['A', 'B'], api_name: 'Rating' }, 'INVALID_DATA', 'Rating'],
    [{ param_name: 'fields' }, 'INVALID_DATA', 'fields'],
    [{ limit: 100, param_name: 'ids' }, 'INVALID_DATA (limit 100)', 'ids'],
    [{ expected_fields: [{ api_name: 'Note_Title', json_path: '$' }] }, 'INVALID_DATA', 'Note_Title'],
    [{ ambiguity_due_to: [{ api_name: 'page', json_path: '$' }] }, 'INVALID_DATA', 'page'],
    [{ dependee: { api_name: 'A' }, api_name: 'B' }, 'INVALID_DATA', 'B'],
    [[], 'INVALID_DATA', null],
  ] as [Json, string, string | null][])('details %j', (details, reason, field) => {
    expect(outcomeOf({ ...refused('INVALID_DATA'), details })).toMatchObject({ reason, field });
  });

  it('keeps the id of the record that has the value already, in the new form and the old one', () => {
    const duplicate_record = {
      id: '77',
      Owner: { name: 'x', id: '1', zuid: '2' },
      module: { api_name: 'Contacts', id: '3' },
    };
    expect(outcomeOf(refused('DUPLICATE_DATA', { api_name: 'Email', id: '88', duplicate_record }))).toMatchObject({
      code: 'CRM_DUPLICATE',
      field: 'Email',
      other: { recordId: '77', module: 'Contacts' },
    });
    expect(outcomeOf(refused('DUPLICATE_DATA', { api_name: 'Email', id: '88' }))).toMatchObject({
      other: { recordId: '88', module: null },
    });
  });

  it('takes the duplicate out of several errors', () => {
    const errors = [
      refused('INVALID_DATA', { api_name: 'Phone' }),
      refused('DUPLICATE_DATA', { api_name: 'Ext', id: '88' }),
    ];
    expect(outcomeOf(refused('MULTIPLE_OR_MULTI_ERRORS', { errors }))).toMatchObject({
      code: 'CRM_DUPLICATE',
      zohoCode: 'MULTIPLE_OR_MULTI_ERRORS',
      reason: 'MULTIPLE_OR_MULTI_ERRORS: INVALID_DATA, DUPLICATE_DATA',
      field: 'Ext',
      other: { recordId: '88' },
    });
  });

  it.each([
    [refused('INVALID_DATA', { id: '5' }, 'record not deleted'), true],
    [refused('INVALID_DATA', { resource_path_index: 1 }, 'record not deleted'), true],
    [refused('INVALID_DATA', { id: '5' }, 'the id given seems to be invalid'), true],
    [refused('INVALID_DATA', { api_name: 'id', json_path: '$.data[0].id' }), true],
    [refused('INVALID_DATA', { api_name: 'Email' }), false],
    [refused('INVALID_DATA', { resource_path_index: 1 }, 'the related id given seems to be invalid'), false],
    [refused('RECORD_LOCKED'), false],
  ])('recognises a record that is gone: %j', (item, gone) => {
    expect(outcomeOf(item)).toMatchObject({ kind: 'rejected', gone });
  });

  it('never keeps a value, wherever the answer puts it', () => {
    const secret = 'Kaya secret@example.test 0555';
    const path = fc.constantFrom('api_name', 'param_name', 'expected_data_type', 'json_path', 'value', 'near', 'id');
    fc.assert(
      fc.property(path, fc.constantFrom('INVALID_DATA', 'DUPLICATE_DATA', 'NOT_ALLOWED'), (key, code) => {
        const outcome = outcomeOf(refused(code, { [key]: secret, expected_fields: [{ api_name: secret }] }, secret));
        expect(JSON.stringify(outcome)).not.toMatch(/Kaya|secret|0555/);
      }),
    );
  });

  it('does not take a success for a refusal', () => {
    expect(outcomeOf(accepted('11'), 200)).toMatchObject({ kind: 'succeeded' });
    expect(outcomeOf({ ...accepted('11'), code: 'INVALID_DATA' }, 200)).toMatchObject({ kind: 'unknown' });
    expect(outcomeOf({ ...refused('INVALID_DATA'), code: 'SUCCESS' }, 200)).toMatchObject({ kind: 'unknown' });
  });
});
