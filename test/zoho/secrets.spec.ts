import { IDENTITY, zohoContext } from './zoho.context.ts';

const FAULTS: unknown[] = [
  'drop_answer',
  'cut_request',
  'html',
  'revoke_token',
  { status: 500, body: 'planted-answer' },
  { status: 200, body: { data: [{ 'planted-key': 'planted-answer' }] } },
  { status: 400, body: { code: 'INVALID_DATA', details: { api_name: 'planted answer' }, message: 'planted-answer' } },
  { status: 429 },
  { cut_answer_at: 10 },
];

it('secrets and values stay out of logs, outcomes and observations, whatever goes wrong', async () => {
  await using context = await zohoContext({
    clientId: 'planted-client',
    clientSecret: 'planted-secret',
    refreshToken: 'planted-refresh',
  });
  await context.identityField('Leads');
  const results: unknown[] = [];
  for (const effect of FAULTS) {
    const records = [{ [IDENTITY]: 'planted-identity', Last_Name: 'planted-name', Email: 'planted mail' }];
    await context.act('faults', { effect, count: 1 });
    results.push(await context.zoho.upsert('Leads', { records, identityField: IDENTITY, trigger: [] }));
    await context.act('faults', { effect, count: 1 });
    const found = await context.zoho.findByField('Leads', {
      field: IDENTITY,
      values: ['planted-identity'],
      fields: [],
    });
    results.push(found.kind === 'ok' ? found.kind : found);
  }
  const accessToken = (await context.tokenStore.read())?.accessToken ?? 'none';
  const out = JSON.stringify([results, context.logLines, context.observations]);
  expect(results).toHaveLength(FAULTS.length * 2);
  expect(context.logLines.length).toBeGreaterThan(0);
  expect(out).not.toContain('planted');
  expect(out).not.toContain(accessToken);
});
