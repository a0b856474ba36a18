import fc from 'fast-check';
import { expandJson } from './json.expansion.ts';

const expanded = (payload: string): string => {
  const found = expandJson(payload, 'ignore');
  return found.kind === 'struct' ? found.text : found.kind;
};

describe('an expanded payload as a StringConverter shows it', () => {
  // Seen of the real router (npm run compat -- debezium).
  it.each([
    ['{"order": 1, "total": "12.50"}', 'Struct{order=1,total=12.50}'],
    ['{}', 'Struct{}'],
    [String.raw`{"line":"x\ny","slash":"\/","unicode":"\u00e9\ud83d\ude00"}`, 'Struct{line=x\ny,slash=/,unicode=é😀}'],
    [String.raw`{"half":"\ud800","other":"x\udc00y"}`, 'Struct{half=?,other=x?y}'],
    ['{"neg":-7,"negzero":-0,"over":2147483648}', 'Struct{neg=-7,negzero=0,over=2147483648}'],
    ['{"d":1.0,"e":1e2,"smaller":0.00099,"over":1e400}', 'Struct{d=1.0,e=100.0,smaller=9.9E-4,over=Infinity}'],
    [
      '{"null":null,"deep":{"x":[1,2],"null":null},"empty":{},"none":[]}',
      'Struct{deep=Struct{x=[1, 2]},empty=Struct{}}',
    ],
    ['{"10":"ten","9":"nine","b":"b"}', 'Struct{10=ten,9=nine,b=b}'],
    ['{"twice":1,"other":2,"twice":3}', 'Struct{twice=3,other=2}'],
    ['{"list":["a",null,"b"],"lists":[[1,2],[3]]}', 'Struct{list=[a, null, b],lists=[[1, 2], [3]]}'],
    ['{"objects":[{"a":1},null]}', 'Struct{objects=[Struct{a=1}, null]}'],
    ['{"objects":[{"a":1},{"a":2,"b":"x"}]}', 'Struct{objects=[Struct{a=1}, Struct{a=2,b=x}]}'],
    ['{"trailing":1} and more', 'Struct{trailing=1}'],
    ['{"later":[[1],[]]}', 'Struct{later=[[1], []]}'],
  ])('%s is %s', (payload, text) => {
    expect(expanded(payload)).toBe(text);
  });

  it.each([
    ['', 'unchanged'],
    ['plain', 'unchanged'],
    [' {"leading":1}', 'unchanged'],
    ['"text"', 'unchanged'],
    ['{broken', 'unchanged'],
    ['{"broken":01}', 'unchanged'],
    ["{'single':1}", 'unchanged'],
    ['{"a":NaN}', 'unchanged'],
    ['{"mixed":[1,"a"]}', 'unchanged'],
    ['{"numbers":[1,2.5]}', 'unchanged'],
    ['{"nulls":[null,null]}', 'unchanged'],
    ['{"":"no name"}', 'unchanged'],
    [`${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}`, 'unchanged'],
    ['{"beyond":9223372036854775808}', 'mistyped'],
    ['{"clash":[{"a":1},{"a":"x"}]}', 'mistyped'],
    ['{"objects":[{"a":1},{"b":2},null]}', 'mistyped'],
    ['[1,2,3]', 'mistyped'],
    ['[]', 'mistyped'],
  ])('%s is %s', (payload, kind) => {
    expect(expanded(payload)).toBe(kind);
  });

  it('keeps nulls in lists when they are typed as bytes', () => {
    expect(expandJson('{"a":null,"nulls":[null,null]}', 'optional_bytes')).toEqual({
      kind: 'struct',
      text: 'Struct{nulls=[null, null]}',
    });
  });

  it('never throws, whatever the text is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.string().map((text) => `{${text}`),
        ),
        (text) => {
          expect(['struct', 'unchanged', 'mistyped']).toContain(expandJson(text, 'ignore').kind);
        },
      ),
    );
  });
});
