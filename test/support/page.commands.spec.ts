import { actionsOf } from './page.commands.ts';

const page = (language: string, ...lines: string[]): string =>
  ['# A page', '', `\`\`\`${language}`, ...lines, '```', ''].join('\n');

describe('what a page tells to do', () => {
  it.each([
    ['npx causeway doctor', ['doctor'], 0],
    ["npx causeway pause --reason 'two words' # exit 2", ['pause', '--reason', 'two words'], 2],
    ['npx causeway timeline portal $WHO --json', ['timeline', 'portal', 'u1', '--json'], 0],
    ['npx causeway pause --record Leads/$WHO', ['pause', '--record', 'Leads/u1'], 0],
    ["npx causeway explain portal u1 '$WHO'", ['explain', 'portal', 'u1', '$WHO'], 0],
  ])('has %s', (line, args, code) => {
    expect(actionsOf(page('sh', line), { WHO: 'u1' })).toEqual([{ kind: 'verb', line, args, code }]);
  });

  it('has what another spec runs', () => {
    expect(actionsOf(page('sh', 'npx causeway pack test own # run by pack-verbs.spec.ts'), {})).toMatchObject([
      { kind: 'elsewhere', args: ['pack', 'test', 'own'], spec: 'pack-verbs.spec.ts' },
    ]);
  });

  it('has queries, and no output', () => {
    const text = page('sql', '-- in the integration database', 'select 1;') + page('text', 'npx something');
    expect(actionsOf(text, {})).toMatchObject([{ kind: 'query', database: 'integration', sql: 'select 1;\n' }]);
  });

  it.each([
    ['sh', 'curl example.test', /begin with/],
    ['sh', 'npx causeway timeline portal $NOBODY', /nobody says what \$NOBODY is/],
    ['sh', 'npx causeway timeline portal u1 | less', /needs a shell/],
    ['sql', 'select 1;', /a query begins with/],
  ])('is refused where it could not be run: %s %s', (language, line, reason) => {
    expect(() => actionsOf(page(language, line), {})).toThrow(reason);
  });
});
