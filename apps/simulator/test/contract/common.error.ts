import type { JsonSchema } from './contract.schema.ts';

/** Codes of errors that any call may answer, bare or as an item (reference 6 and the errors named beside each call). */
const CODES = [
  'ALREADY_MODIFIED',
  'AMBIGUITY_DURING_PROCESSING',
  'AUTHENTICATION_FAILURE',
  'CONVERTED_RECORD',
  'DEPENDENT_FIELD_MISSING',
  'DEPENDENT_MISMATCH',
  'DISCRETE_PAGINATION_LIMIT_EXCEEDED',
  'DUPLICATE_DATA',
  'EXPECTED_FIELD_MISSING',
  'EXPIRED_VALUE',
  'FILE_TOO_LARGE',
  'ID_ALREADY_CONVERTED',
  'INTERNAL_ERROR',
  'INVALID_DATA',
  'INVALID_FILE_FORMAT',
  'INVALID_HOST',
  'INVALID_MODULE',
  'INVALID_QUERY',
  'INVALID_REQUEST_METHOD',
  'INVALID_TOKEN',
  'INVALID_URL_PATTERN',
  'LIMIT_EXCEEDED',
  'LIMIT_REACHED',
  'MANDATORY_NOT_FOUND',
  'MAPPING_MISMATCH',
  'MEDIA_TYPE_NOT_SUPPORTED',
  'MULTIPLE_OR_MULTI_ERRORS',
  'NOT_ALLOWED',
  'NOT_SUBSCRIBED',
  'NOT_SUPPORTED',
  'NO_PERMISSION',
  'OAUTH_SCOPE_MISMATCH',
  'PAGINATION_LIMIT_EXCEEDED',
  'RECORD_LOCKED',
  'REQUIRED_PARAM_MISSING',
  'RESOURCE_NOT_FOUND',
  'TOKEN_BOUND_DATA_MISMATCH',
  'TOO_MANY_REQUESTS',
  'UNABLE_TO_PARSE_DATA_TYPE',
];

const text = { type: 'string' } as const;
const whole = { type: 'integer' } as const;
const closed = (properties: JsonSchema): JsonSchema => ({ type: 'object', properties, additionalProperties: false });
const places = { type: 'array', items: closed({ api_name: text, json_path: text, param_name: text }) };
const user = closed({ name: text, id: text, zuid: text, email: text });

/** What `details` may hold, each with its type (reference 6, below the table, and 2.2). */
const DETAILS = closed({
  api_name: text,
  json_path: text,
  id: text,
  duplicate_record: closed({
    id: text,
    Owner: { anyOf: [user, { type: 'null' }] },
    module: closed({ api_name: text, id: text }),
  }),
  more_records: { type: 'boolean' },
  maximum_length: whole,
  expected_data_type: text,
  supported_values: { type: 'array' },
  resource_path_index: whole,
  param_name: text,
  header: text,
  limit: whole,
  limit_due_to: places,
  expected_fields: places,
  ambiguity_due_to: places,
  mapped_field: text,
  dependee: closed({ api_name: text, json_path: text }),
  errors: { type: 'array', items: { type: 'object', required: ['code', 'details', 'message', 'status'] } },
  channel_id: text,
  module: text,
  column_name: text,
  operator: text,
  reason: text,
  resource: text,
  permissions: { type: 'array', items: text },
  Modified_Time: { type: 'string', format: 'date-time' },
  Created_Time: { type: 'string', format: 'date-time' },
  Modified_By: user,
  Created_By: user,
  $approval_state: text,
});

/** The error object, bare or as an item of a list. */
export const COMMON_ERROR: JsonSchema = {
  type: 'object',
  properties: {
    code: { enum: CODES },
    details: DETAILS,
    message: { type: 'string', minLength: 1 },
    status: { const: 'error' },
  },
  required: ['code', 'details', 'message', 'status'],
  additionalProperties: false,
};
