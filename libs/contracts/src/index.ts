export { CausewayError, isCausewayError, type CausewayErrorOptions } from './causeway.error.ts';
export {
  COMMAND_STATES,
  DESTINATIONS,
  LANES,
  commandSchema,
  destinationSchema,
  identitySchema,
  laneSchema,
  linkTo,
  linkedKeyOf,
  linkedKeysOf,
  withLinks,
  operationSchema,
  recordNameSchema,
  recordKeyOf,
  type Command,
  type CommandState,
  type Destination,
  type Identity,
  type Lane,
  type MadeRecord,
  type Operation,
  type RecordName,
} from './command.ts';
export { ERROR_CATALOGUE, type CatalogueEntry, type ErrorCode, type ErrorOwner } from './error.catalogue.ts';
export { decodeEvent, originOf, type EncodedEvent } from './event.codec.ts';
export { eventSchema, productOfSource, sourceOfProduct, type CausewayEvent } from './event.ts';
export {
  DEAD_LETTER_HEADERS,
  EVENT_HEADERS,
  ORIGIN_HEADERS,
  RESENT_HEADER,
  headerText,
  type Headers,
  type HeaderValue,
} from './headers.ts';
export { jsonObjectSchema, jsonSchema, type Json, type JsonObject } from './json.ts';
export type { NoRoom, NoRoomCause, Outcome, OutcomeKind } from './outcome.ts';
export { OUTCOME_EVENTS, outcomeEventSchema } from './outcome.event.ts';
export { CRM_SOURCE, topicNames, type TopicNames } from './topics.ts';
export { tlsFailureOf, tlsReasonOf, type TlsFailure } from './tls.failure.ts';
