import { EVENT_HEADERS, OUTCOME_EVENTS, outcomeEventSchema, topicNames, type JsonObject } from '#contracts';
import { typesOf, watchedPayload } from '#mapping';
import type { Pack } from '#packs';
import { z } from 'zod';

/** Any JSON: what z.json() says needs a definition of its own, as it is made of itself. */
const ANY_JSON = { description: 'any JSON value' };
const topics = topicNames();

/**
 * What consumers of the CRM's topics are told, as an AsyncAPI 3.0 document: a channel a topic, a message an event type, from the schemas
 * by which packs make their events.
 */
export function asyncApiDocument(packs: readonly Pack[]): JsonObject {
  const channels = new Map<string, { readonly description: string; readonly messages: Map<string, string> }>();
  const messages: Record<string, JsonObject> = {};
  const inChannel = (address: string, description: string, [name, key]: readonly [string, string]): void => {
    const known = channels.get(address) ?? { description, messages: new Map<string, string>() };
    channels.set(address, { ...known, messages: known.messages.set(name, key) });
  };
  for (const { name: pack, product, mapping } of packs) {
    const { returns } = mapping;
    if (returns === null) continue;
    for (const [module, says] of Object.entries(returns.modules)) {
      for (const type of typesOf(returns, says).toSorted()) {
        const schema = returns.events[type];
        if (schema === undefined) throw new Error(`${pack}: no schema says what ${type} holds`);
        const key = `${product}.${type}`;
        messages[key] = message(type, `Told to ${product} (pack ${pack}).`, schema.strict());
        inChannel(topics.crm(module), `What people do in ${module} of the CRM.`, [`${product}.${type}`, key]);
      }
    }
  }
  const watched = 'Edits of fields that the setting `watch` of a connection names; the topic is that of the module.';
  messages['watched.changed'] = message('crm.{thing}.changed', watched, watchedPayload);
  inChannel('crm.{module}', watched, ['watched.changed', 'watched.changed']);
  for (const outcome of OUTCOME_EVENTS) {
    const type = `crm.command.${outcome}`;
    messages[type] = message(type, 'What became of a command.', outcomeEventSchema);
    inChannel(topics.outcomes, 'Outcomes of commands, without personal data.', [type, type]);
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Causeway: events from the CRM',
      version: '1.0.0',
      description:
        'Records of Kafka: CloudEvents 1.0 in binary mode. The key is the partition key of the product’s entity; records of one key are in order. Each event id comes once for read_committed consumers.',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries([...channels].map(([address, of]) => [nameOf(address), channel(address, of)])),
    operations: Object.fromEntries(
      [...channels.keys()].map((address) => {
        const name = nameOf(address);
        return [`send.${name}`, { action: 'send', channel: { $ref: `#/channels/${name}` } }];
      }),
    ),
    components: { messages, schemas: { headers: HEADERS } },
  };
}

function channel(
  address: string,
  { description, messages }: { readonly description: string; readonly messages: ReadonlyMap<string, string> },
): JsonObject {
  const parameters: JsonObject = address.includes('{module}')
    ? { parameters: { module: { description: 'The API name of the module in lower case, such as `leads`.' } } }
    : {};
  const refs = [...messages].map(([name, key]) => [name, { $ref: `#/components/messages/${key}` }]);
  return { address, description, ...parameters, messages: Object.fromEntries(refs) as JsonObject };
}

function message(name: string, summary: string, schema: z.ZodObject): JsonObject {
  return { name, summary, headers: { $ref: '#/components/schemas/headers' }, payload: jsonSchemaOf(schema) };
}

function jsonSchemaOf(schema: z.ZodObject): JsonObject {
  const { $schema: _dialect, $defs: _made, ...made } = z.toJSONSchema(schema) as JsonObject;
  return withoutRefs(made) as JsonObject;
}

/** z.json() is the one schema here that refers to itself. */
function withoutRefs(value: JsonObject[string]): JsonObject[string] {
  if (Array.isArray(value)) return value.map((part) => withoutRefs(part));
  if (typeof value !== 'object' || value === null) return value;
  if (typeof value['$ref'] === 'string') return ANY_JSON;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutRefs(part)]));
}

const text = (description: string): JsonObject => ({ type: 'string', description });

const HEADERS: JsonObject = {
  type: 'object',
  properties: {
    [EVENT_HEADERS.id]: text('Names the event: it is the same however often it is delivered.'),
    [EVENT_HEADERS.source]: { type: 'string', const: '/crm' },
    [EVENT_HEADERS.type]: text('The name of the message.'),
    [EVENT_HEADERS.subject]: text('The id of the product’s entity.'),
    [EVENT_HEADERS.time]: { type: 'string', format: 'date-time' },
    [EVENT_HEADERS.specversion]: { type: 'string', const: '1.0' },
    [EVENT_HEADERS.tenantId]: text('The tenant whose CRM it is.'),
    [EVENT_HEADERS.version]: text('The version of the payload; 1 unless it is there.'),
    [EVENT_HEADERS.contentType]: { type: 'string', const: 'application/json' },
    [EVENT_HEADERS.traceparent]: text('W3C trace context.'),
  },
  required: [
    EVENT_HEADERS.id,
    EVENT_HEADERS.source,
    EVENT_HEADERS.type,
    EVENT_HEADERS.subject,
    EVENT_HEADERS.time,
    EVENT_HEADERS.specversion,
    EVENT_HEADERS.tenantId,
  ],
};

/** What a reference names a channel: its address, unless that has a variable part. */
function nameOf(address: string): string {
  return address.replace('{module}', 'watched');
}
