import type { MadeRecord, RecordName } from '#contracts';
import type { WantedFields, WantedRecord } from './wanted.types.ts';

/** Something that happens once for its key, `<product>/<effect>/<ids>` (packs/README.md section 4). */
export type WantedEffect = WantedNote | WantedTask | WantedConversion;

/** The line with the key is added below the content. */
export interface WantedNote {
  readonly effect: 'note';
  readonly key: string;
  readonly parent: RecordName;
  readonly title: string;
  readonly content: string | null;
}

/** The line with the key is added below `Description`; the parent is set by whoever sends it. */
export interface WantedTask {
  readonly effect: 'task';
  readonly key: string;
  readonly parent: RecordName;
  readonly fields: WantedFields;
  /** Automations that it may start in the lane live. Default: `['workflow']` (packs/README.md section 5). */
  readonly trigger?: readonly string[];
}

/** A Lead becomes a Contact and an Account, without a Deal. */
export interface WantedConversion {
  readonly effect: 'convert';
  readonly key: string;
  readonly lead: RecordName;
  /** The Lead as it is to be written before, where no command for it was ever made. */
  readonly first?: WantedRecord;
  /** The names of the records that it makes, so that later commands find them. */
  readonly makes: readonly MadeRecord[];
  readonly overwrite: boolean;
  readonly notifyLeadOwner: boolean;
  readonly notifyNewEntityOwner: boolean;
}
