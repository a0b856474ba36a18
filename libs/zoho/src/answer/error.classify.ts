import { z } from 'zod';
import type { ErrorCode } from '#contracts';
import { rejected, throttled, unavailable, unknown } from '../failure.make.ts';
import type { Failure, OtherRecord, Rejected } from '../outcome.types.ts';
import { recordIdSchema, type ErrorItem } from './zoho.items.ts';

/** Whether a call changes anything: decides what a lost or broken answer means. */
export type Effect = 'read' | 'write';

/** Codes with a meaning of their own; every other refusal is CRM_REJECTED. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  MANDATORY_NOT_FOUND: 'CRM_MANDATORY_MISSING',
  DUPLICATE_DATA: 'CRM_DUPLICATE',
  OAUTH_SCOPE_MISMATCH: 'CRM_SCOPE_MISSING',
  INVALID_DATA: 'CRM_VALUE_REFUSED',
  PATTERN_NOT_MATCHED: 'CRM_VALUE_REFUSED',
  NO_PERMISSION: 'CRM_PERMISSION_MISSING',
  AUTHORIZATION_FAILED: 'CRM_PERMISSION_MISSING',
  RECORD_LOCKED: 'CRM_RECORD_LOCKED',
  NOT_APPROVED: 'CRM_RECORD_LOCKED',
  RECORD_IN_BLUEPRINT: 'CRM_RECORD_LOCKED',
  INVALID_MODULE: 'CRM_CALL_REFUSED',
  INVALID_URL_PATTERN: 'CRM_CALL_REFUSED',
  INVALID_REQUEST_METHOD: 'CRM_CALL_REFUSED',
  INVALID_HOST: 'CRM_CALL_REFUSED',
  AUTHENTICATION_FAILURE: 'CRM_CALL_REFUSED',
  REQUIRED_PARAM_MISSING: 'CRM_CALL_REFUSED',
  UNABLE_TO_PARSE_DATA_TYPE: 'CRM_CALL_REFUSED',
  NOT_SUPPORTED: 'CRM_CALL_REFUSED',
  FILE_TOO_LARGE: 'CRM_CALL_REFUSED',
};

const THROTTLING = new Set(['TOO_MANY_REQUESTS', 'RATE_LIMIT_EXCEEDED']);
/** The server's own trouble: on a write it may have struck after the effect. */
const SERVER_TROUBLE = new Set([
  'INTERNAL_ERROR',
  'INTERNAL_SERVER_ERROR',
  'SERVICE_UNAVAILABLE',
  'DEPENDENT_SERVICE_ERROR',
  'REQUEST_TIMEOUT',
]);
const TOKEN_REFUSED = new Set(['INVALID_TOKEN', 'INVALID_OAUTHTOKEN']);
const CONNECTION_WIDE = new Set(['OAUTH_SCOPE_MISMATCH', 'AUTHENTICATION_FAILURE', 'INVALID_HOST']);

/** True for the answer that a fresh access token may cure (reference 1.4, 6). */
export function isTokenRefusal(error: ErrorItem): boolean {
  return TOKEN_REFUSED.has(error.code);
}

/** The refusal of one record or of a whole call, as an outcome. Keeps codes, field names and limits, never a value. */
export function classifyError(
  error: ErrorItem,
  context: { readonly effect: Effect; readonly concerns: 'record' | 'call' },
): Failure {
  const { code } = error;
  if (THROTTLING.has(code)) return throttled(code);
  // Refused at the door, with a fresh token too: nothing happened, and a later token may be accepted again.
  if (TOKEN_REFUSED.has(code)) return unavailable(code);
  if (SERVER_TROUBLE.has(code)) return context.effect === 'write' ? unknown(code) : unavailable(code);
  if (code === 'MULTIPLE_OR_MULTI_ERRORS') return classifyMultiple(error, context.concerns);
  return rejection(error, context.concerns);
}

const detailsSchema = z
  .looseObject({
    api_name: z.string().optional().catch(undefined),
    param_name: z.string().optional().catch(undefined),
    id: recordIdSchema.optional().catch(undefined),
    expected_data_type: z.string().optional().catch(undefined),
    maximum_length: z.number().optional().catch(undefined),
    limit: z.number().optional().catch(undefined),
    resource_path_index: z.number().optional().catch(undefined),
    expected_fields: z
      .array(z.looseObject({ api_name: z.string() }))
      .optional()
      .catch(undefined),
    ambiguity_due_to: z
      .array(z.looseObject({ api_name: z.string() }))
      .optional()
      .catch(undefined),
    duplicate_record: z
      .looseObject({
        id: recordIdSchema,
        module: z.looseObject({ api_name: z.string() }).nullable().optional().catch(undefined),
      })
      .optional()
      .catch(undefined),
    errors: z.array(z.unknown()).optional().catch(undefined),
  })
  .catch({});
type Details = z.infer<typeof detailsSchema>;

function rejection(error: ErrorItem, concerns: Rejected['concerns']): Rejected {
  const details = detailsSchema.parse(error.details);
  return rejected(error.code, {
    code: CODES[error.code] ?? 'CRM_REJECTED',
    reason: reasonOf(error.code, details),
    field: fieldOf(details),
    concerns: CONNECTION_WIDE.has(error.code) ? 'connection' : concerns,
    gone: isGone(error, details),
    other: error.code === 'DUPLICATE_DATA' ? otherOf(details) : null,
  });
}

/** Several refusals of one record (reference 6): the first that names a duplicate counts, else the first. */
function classifyMultiple(error: ErrorItem, concerns: Rejected['concerns']): Rejected {
  const inner = (detailsSchema.parse(error.details).errors ?? []).flatMap((item) => {
    const parsed = z.looseObject({ code: z.string().regex(/^[A-Z][A-Z0-9_]+$/), details: z.unknown() }).safeParse(item);
    return parsed.success ? [rejection(parsed.data, concerns)] : [];
  });
  const chosen = inner.find((each) => each.code === 'CRM_DUPLICATE') ?? inner[0];
  if (chosen === undefined) return rejection(error, concerns);
  const codes = inner.map((each) => each.zohoCode).join(', ');
  return { ...chosen, zohoCode: error.code, reason: `${error.code}: ${codes}` };
}

function reasonOf(code: string, details: Details): string {
  const limits = [
    ...(details.expected_data_type === undefined
      ? []
      : [`expected ${named(details.expected_data_type) ?? 'another type'}`]),
    ...(details.maximum_length === undefined ? [] : [`at most ${details.maximum_length}`]),
    ...(details.limit === undefined ? [] : [`limit ${details.limit}`]),
  ];
  return limits.length === 0 ? code : `${code} (${limits.join(', ')})`;
}

function fieldOf(details: Details): string | null {
  const first = details.expected_fields?.[0]?.api_name ?? details.ambiguity_due_to?.[0]?.api_name;
  return named(details.api_name ?? details.param_name ?? first);
}

/** API names only: whatever else an answer puts there could be a value. */
function named(text: string | undefined): string | null {
  return text !== undefined && /^[$A-Za-z_][\w$.]{0,99}$/.test(text) ? text : null;
}

function otherOf(details: Details): OtherRecord | null {
  const { duplicate_record: duplicate, id } = details;
  if (duplicate !== undefined) return { recordId: duplicate.id, module: named(duplicate.module?.api_name) };
  return id === undefined ? null : { recordId: id, module: null };
}

/** "record not deleted" of a delete, "the id given seems to be invalid" of an update (references 2.2, 2.7). */
function isGone(error: ErrorItem, details: Details): boolean {
  if (error.code === 'NOT_SUBSCRIBED') return true;
  if (error.code !== 'INVALID_DATA') return false;
  const message = error.message?.toLowerCase() ?? '';
  if (message === 'record not deleted' || message === 'the id given seems to be invalid') return true;
  return details.api_name === 'id';
}
