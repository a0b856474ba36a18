/** Every kind of call that this client makes. */
export const CALL_KINDS = [
  'token',
  'insert',
  'update',
  'upsert',
  'remove',
  'get',
  'list',
  'deleted',
  'coql',
  'convert',
  'notes_create',
  'notes_list',
  'fields',
  'fields_create',
  'fields_update',
  'modules',
  'org',
  'users',
  'watch_enable',
  'watch_update',
  'watch_disable',
  'watch_list',
  'related',
  'layouts',
  'pipelines',
  'pipelines_create',
  'pipelines_update',
  'merge',
  'merge_job',
  'bulk_upload',
  'bulk_write',
  'bulk_read',
  'bulk_job',
  'bulk_result',
] as const;
export type CallKind = (typeof CALL_KINDS)[number];

/** What decides the price of a call. */
export interface Priced {
  readonly kind: CallKind;
  /** Records in the call; 0 for calls without. */
  readonly records: number;
}

const CONVERT = 5;
const BULK_WRITE = 500;
const BULK_READ = 50;
/** An older table says two, the newer ones do not mention it: the higher price, so that the budget is never short. */
const DELETED = 2;

/** Credits of one call in the rolling 24 hours (reference 5.1). Token calls go to another server and cost none. */
export function creditsOf({ kind, records }: Priced): number {
  switch (kind) {
    case 'token':
      return 0;
    case 'insert':
    case 'update':
    case 'upsert':
    case 'notes_create':
      return Math.max(1, Math.ceil(records / 10));
    case 'remove':
      return Math.max(1, Math.ceil(records / 100));
    case 'convert':
      return CONVERT;
    case 'bulk_write':
      return BULK_WRITE;
    case 'bulk_read':
      return BULK_READ;
    case 'deleted':
      return DELETED;
    default:
      return 1;
  }
}

/** Whether a call counts towards the lower limit of ten simultaneous heavy calls (reference 5.2). */
export function isHeavy({ kind, records }: Priced): boolean {
  switch (kind) {
    case 'insert':
    case 'update':
    case 'upsert':
    case 'notes_create':
      return records > 10;
    case 'coql':
    case 'convert':
    // `list` sorts by Modified_Time, and sorted lists are heavy; `get` does not sort.
    case 'list':
      return true;
    default:
      return false;
  }
}
