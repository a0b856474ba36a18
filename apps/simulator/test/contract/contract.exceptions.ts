/** Where an answer may differ from Zoho's description, and why: the fact sheet (zoho-crm-api.md) names the better source. */
export interface ContractException {
  /** `record#Info.next_page_token`: a property of a named shape, or the shape itself. */
  readonly at: string;
  /** null is answered although the description does not say so. */
  readonly nullable?: true;
  /** Properties that the description does not have; `*` for any. */
  readonly more?: readonly string[];
  /** Properties that the description requires and answers lack; `*` for all. */
  readonly optional?: readonly string[];
  /** The type that is answered instead. */
  readonly type?: string | readonly string[];
  /** Values of the enumeration that the description lacks. */
  readonly values?: readonly string[];
  readonly why: string;
}

const SPARSE = 'requires whatever the metadata can carry; the parts that matter to callers are in reference 8';

export const EXCEPTIONS: readonly ContractException[] = [
  { at: 'fields#fields', optional: ['*'], more: ['required'], why: SPARSE },
  { at: 'modules#modules', optional: ['*'], why: SPARSE },
  { at: 'layouts#layouts', optional: ['*'], more: ['api_name'], why: SPARSE },
  { at: 'layouts#sections', optional: ['*'], why: SPARSE },
  { at: 'layouts#sections.properties', nullable: true, why: 'a section without them has none' },
  { at: 'layouts#fields', optional: ['*'], why: SPARSE },
  { at: 'layouts#fields.external', nullable: true, why: 'null where the field is none, reference 8' },
  { at: 'tags#Tag', optional: ['*'], why: 'name, id and colour alone within a record, reference 3.4' },
  { at: 'org#Org', optional: ['*'], why: SPARSE },
  { at: 'org#Org.type', values: ['production', 'sandbox', 'developer'], why: 'lower case in reference 8' },
  { at: 'org#License_Details', optional: ['*'], why: SPARSE },
  { at: 'users#users.time_zone', type: 'string', why: 'a name of a zone, reference 8' },
  { at: 'notifications#Notification.channel_id', type: 'string', why: 'digits as text, reference 7.1' },
  { at: 'notifications#event', optional: ['notification_condition'], why: 'absent in the answer of reference 7.1' },
  { at: 'notifications#Success_Response.details', more: ['resource_name'], why: 'there in reference 7.1' },
  { at: 'fields#fields.external', nullable: true, why: 'null where the field is none, reference 8' },
  {
    at: 'modules#modules',
    more: ['global_search_supported'],
    why: 'the description spells it `common.search_supported`, as it does every name with `global`',
  },
  { at: 'convert_lead#Successful_Convert.Deals', nullable: true, why: 'null without a deal, reference 3.1' },
  { at: 'record#Success_Response.duplicate_field', nullable: true, why: 'null for an insert, reference 2.3' },
  ...['deleted_by', 'created_by', 'display_name'].map((name) => ({
    at: `record#Deleted_Record.${name}`,
    nullable: true as const,
    why: 'null once the record is gone for good, reference 2.7',
  })),
  {
    at: 'bulk_write#Success_Response.details',
    optional: ['id', 'created_by'],
    why: 'one shape for the upload, which has a file, and the job, which has an id: reference 4.2',
  },
  { at: 'bulk_write#Success_Response.details.file_id', type: 'string', why: 'ids are text, reference 4.2 and 9' },
  {
    at: 'bulk_read#Job_Detail',
    optional: ['result'],
    why: 'there once the job is done, reference 4.3',
  },
  { at: 'bulk_read#Query', optional: ['*'], why: 'what was not asked for is absent, reference 4.3' },
  { at: 'bulk_read#Criteria', optional: ['type'], why: 'absent in the request of reference 4.3' },
  {
    at: 'bulk_read#Criteria.value',
    type: ['object', 'string', 'number', 'boolean', 'array', 'null'],
    why: 'reference 4.3',
  },
  { at: 'bulk_read#Result', optional: ['next_page_token'], why: 'there while more records are left, reference 4.3' },
  {
    at: 'bulk_write#default_value.value',
    type: ['object', 'string', 'number', 'boolean', 'null'],
    why: 'text in reference 4.2',
  },
  ...['next_page_token', 'previous_page_token', 'page_token_expiry'].map((name) => ({
    at: `record#Info.${name}`,
    nullable: true as const,
    why: 'null in the listing of reference 2.5',
  })),
];

/** Calls that the fact sheet has and the description lacks; their answers are checked like those of a described call. */
export const UNDESCRIBED: readonly {
  readonly method: string;
  readonly path: RegExp;
  readonly like: string;
  readonly why: string;
}[] = [{ method: 'POST', path: /^\/crm\/v8\/\w+\/\d+\/Notes$/, like: '/crm/v8/Notes', why: 'reference 3.2' }];
