import { readerOf } from './column.types.ts';
import { debeziumOptionsSchema } from '#config';

const OIDS = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int4: 23,
  text: 25,
  float4: 700,
  float8: 701,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  timestamptz: 1184,
  timetz: 1266,
  numeric: 1700,
  jsonb: 3802,
  enum: 16_500,
  point: 600,
  'int4[]': 1007,
} as const;

type Type = keyof typeof OIDS;

const scaled = (precision: number, scale: number): number => ((precision << 16) | scale) + 4;

function textOf(
  type: Type,
  value: string,
  given: { modifier?: number; options?: Record<string, string> } = {},
): string {
  const { modifier = -1, options = {} } = given;
  const reader = readerOf({ oid: OIDS[type], modifier }, debeziumOptionsSchema.parse(options));
  return 'problem' in reader ? reader.problem : reader.text(Buffer.from(value)).toString();
}

describe("a column's text behind the connector and a StringConverter", () => {
  // Seen of the real connector (npm run compat -- debezium).
  it.each<[Type, number, string, string]>([
    ['bool', -1, 't', 'true'],
    ['bool', -1, 'f', 'false'],
    ['int8', -1, '-9223372036854775808', '-9223372036854775808'],
    ['text', -1, 'ünï 😀', 'ünï 😀'],
    ['enum', -1, 'happy', 'happy'],
    ['jsonb', -1, '{"a": [1, 2]}', '{"a": [1, 2]}'],
    ['float8', -1, '1e+21', '1.0E21'],
    ['float8', -1, '-0', '-0.0'],
    ['float4', -1, '3.4e+38', '3.4E38'],
    ['numeric', scaled(12, 2), '12.50', '12.50'],
    ['numeric', scaled(20, 9), '0.000000001', '1E-9'],
    ['timestamp', -1, '2026-03-04 05:06:07.123456', '1772600767123456'],
    ['timestamp', 3, '2026-03-04 05:06:07.123', '1772600767123'],
    ['timestamp', 0, '2026-03-04 05:06:07', '1772600767000'],
    ['timestamptz', -1, '2026-03-04 03:06:07.123456+00', '2026-03-04T03:06:07.123456Z'],
    ['timestamptz', -1, '2026-03-04 05:06:07+00', '2026-03-04T05:06:07.000000Z'],
    ['timestamptz', 3, '2026-03-04 03:06:07.12+00', '2026-03-04T03:06:07.120Z'],
    ['timestamptz', 0, '2026-03-04 03:06:07+00', '2026-03-04T03:06:07Z'],
    ['timestamptz', -1, '0033-01-01 00:00:00+00', '0033-01-01T00:00:00.000000Z'],
    ['date', -1, '2026-03-04', '20516'],
    ['date', -1, '1969-12-31', '-1'],
    ['date', -1, '0001-01-01', '-719162'],
    ['time', -1, '05:06:07.123456', '18367123456'],
    ['time', 3, '05:06:07.123', '18367123'],
    ['timetz', -1, '05:06:07.123456+02', '03:06:07.123456Z'],
    ['timetz', -1, '23:30:00-05:30', '05:00:00Z'],
    ['bytea', -1, String.raw`\xdeadbeef`, 'java.nio.HeapByteBuffer[pos=0 lim=4 cap=4]'],
  ])('of %s (%d) %s is %s', (...[type, modifier, value, text]) => {
    expect(textOf(type, value, { modifier })).toBe(text);
  });

  it.each<[string, string, Type, string, string]>([
    ['binary.handling.mode', 'base64', 'bytea', String.raw`\x00ff7f80`, 'AP9/gA=='],
    ['binary.handling.mode', 'base64-url-safe', 'bytea', String.raw`\x00ff7f80`, 'AP9_gA=='],
    ['binary.handling.mode', 'hex', 'bytea', String.raw`\x00ff7f80`, '00ff7f80'],
    ['decimal.handling.mode', 'string', 'numeric', '0.000000001', '0.000000001'],
    ['decimal.handling.mode', 'double', 'numeric', '0.000000001', '1.0E-9'],
    ['time.precision.mode', 'adaptive_time_microseconds', 'time', '05:06:07', '18367000000'],
    ['time.precision.mode', 'microseconds', 'timestamp', '2026-03-04 05:06:07', '1772600767000000'],
    ['time.precision.mode', 'nanoseconds', 'timestamp', '2026-03-04 05:06:07', '1772600767000000000'],
  ])('with %s %s of %s %s is %s', (...[name, mode, type, value, text]) => {
    expect(textOf(type, value, { modifier: type === 'bytea' ? -1 : 3, options: { [name]: mode } })).toBe(text);
  });

  it.each<[Type, string]>([
    ['numeric', 'numeric without precision and scale; set decimal.handling.mode to string'],
    ['point', 'of a type (oid 600) that is not known'],
    ['int4[]', 'of a type (oid 1007) that is not known'],
  ])('is not made of %s', (type, problem) => {
    expect(textOf(type, '1')).toBe(problem);
  });
});
