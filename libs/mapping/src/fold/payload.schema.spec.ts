import { z } from 'zod';
import { choice } from '../values/choice.value.ts';
import { id } from '../values/id.value.ts';
import { integer } from '../values/number.value.ts';
import { text } from '../values/text.value.ts';
import { settleUnusable } from './parsed.data.ts';
import { optional, required } from './payload.schema.ts';

const plan = z.object({ name: required(text), cents: optional(integer({ min: 0 })) });
const schema = z.object({
  id: required(id()),
  tier: optional(choice(['low'])),
  name: optional(text),
  plan: plan.optional(),
  lines: z.array(plan).optional(),
});

function parsed(data: object): { data: object; problems: object[] } {
  const result = schema.parse(data);
  const problems = settleUnusable(result);
  return { data: result, problems };
}

describe('a payload', () => {
  it('has values; what was not told is not there, what was told to be empty is null', () => {
    expect(parsed({ id: 'a', name: ' ', extra: 1 })).toEqual({ data: { id: 'a', name: null }, problems: [] });
    expect(Object.keys(parsed({ id: 'a' }).data)).toEqual(['id']);
  });

  it('loses what cannot be used, with a problem for each that says where it stood', () => {
    const { data, problems } = parsed({
      id: 'a',
      tier: 'high',
      name: 5,
      plan: { name: 'P', cents: -1 },
      lines: [{ name: 'L' }, { name: 'M', cents: 'x' }],
    });
    expect(data).toEqual({ id: 'a', plan: { name: 'P' }, lines: [{ name: 'L' }, { name: 'M' }] });
    expect(problems).toEqual([
      { code: 'unknown_value', field: 'tier' },
      { code: 'invalid_value', field: 'name' },
      { code: 'invalid_value', field: 'plan.cents' },
      { code: 'invalid_value', field: 'lines.1.cents' },
    ]);
  });

  it.each([
    [{}, 'missing_value', 'id'],
    [{ id: null }, 'missing_value', 'id'],
    [{ id: '\t' }, 'missing_value', 'id'],
    [{ id: 4 }, 'invalid_value', 'id'],
    [{ id: 'a', plan: {} }, 'missing_value', 'plan.name'],
  ])('%j cannot be used', (data, code, field) => {
    const issue = schema.safeParse(data).error?.issues[0];
    expect([issue?.message, issue?.path.join('.')]).toEqual([code, field]);
  });
});
