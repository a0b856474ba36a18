import { presetOfEnvironment } from './debezium.environment.ts';

const preset = (debeziumOptions: string, outboxTable = 'public.outbox') =>
  presetOfEnvironment({ preset: 'debezium-outbox', outboxTable, debeziumOptions });

const CONNECTOR = `# taken over
transforms.outbox.route.by.field = kind
transforms.outbox.route.topic.replacement=events.\${routedByValue}
transforms.outbox.table.fields.additional.placement=type:header:eventType,\\
    tenant:envelope
transforms.outbox.route.tombstone.on.empty.payload: TRUE
`;

describe("the environment's preset", () => {
  it('is our own table unless it says otherwise', () => {
    expect(presetOfEnvironment({ preset: 'causeway', outboxTable: undefined, debeziumOptions: undefined })).toEqual({
      preset: 'causeway',
      table: { schema: 'outbox', table: 'events' },
    });
  });

  it("has the router's own defaults", () => {
    expect(preset('')).toMatchObject({
      table: { schema: 'public', table: 'outbox' },
      options: {
        'route.by.field': 'aggregatetype',
        'route.topic.replacement': 'outbox.event.${routedByValue}',
        'table.field.event.key': 'aggregateid',
        'table.op.invalid.behavior': 'warn',
        'table.fields.additional.placement': [],
      },
    });
  });

  it.each([
    ["a connector's properties", CONNECTOR],
    [
      'JSON',
      JSON.stringify({
        'route.by.field': 'kind',
        'route.topic.replacement': 'events.${routedByValue}',
        'table.fields.additional.placement': 'type:header:eventType,tenant:envelope',
        'route.tombstone.on.empty.payload': true,
      }),
    ],
  ])('takes options as %s', (_, text) => {
    expect(preset(text)).toMatchObject({
      options: {
        'route.by.field': 'kind',
        'route.topic.replacement': 'events.${routedByValue}',
        'route.tombstone.on.empty.payload': true,
        'table.fields.additional.placement': [
          { column: 'type', placement: 'header', alias: 'eventType' },
          { column: 'tenant', placement: 'envelope', alias: 'tenant' },
        ],
      },
    });
  });

  it.each([
    ['{"route.by.feild":"x"}', /route\.by\.feild/],
    ['{"table.op.invalid.behavior":"ignore"}', /CAUSEWAY_DEBEZIUM_OPTIONS table\.op\.invalid\.behavior: .*"fatal"/],
    ['{"table.fields.additional.placement":"type:head"}', /"type:head" is not column:header\|envelope\|partition/],
    ['{"table.fields.additional.placement":"id:header"}', /"header id" would be written twice/],
    ['{"table.fields.additional.placement":"a:header:x,b:header:x"}', /"header x" would be written twice/],
    ['{"table.fields.additional.placement":"a:partition,b:partition"}', /"partition" would be written twice/],
    ['{"route.topic.regex":"(?i)x"}', /route\.topic\.regex uses flags/],
    ['{"route.topic.replacement":"${other}"}', /names no group/],
    ['{"value.converter":"org.apache.kafka.connect.json.JsonConverter"}', /value\.converter/],
    [
      '{"value.converter":"io.debezium.converters.BinaryDataConverter","table.expand.json.payload":"true"}',
      /value\.converter: takes bytes alone/,
    ],
    ['{"broken"', /CAUSEWAY_DEBEZIUM_OPTIONS: /],
    ['no equals sign', /"no equals sign" is not name=value/],
  ])('refuses %s', (text, problem) => {
    expect(() => preset(text)).toThrow(problem);
  });

  it.each(['', 'outbox', 'a.b.c'])('refuses the table %j', (table) => {
    expect(() => preset('', table)).toThrow(/CAUSEWAY_OUTBOX_TABLE: a table with its schema/);
  });
});
