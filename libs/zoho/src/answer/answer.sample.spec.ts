import { answer } from '../testing/answers.ts';
import { sampleOf } from './answer.sample.ts';

describe('the sample of an unreadable answer', () => {
  it('shows the skeleton of JSON and no value', () => {
    const body = { data: [{ code: 'ODD', Last_Name: 'Kaya', n: 5, list: [1, 2, 3], 'kaya@example.test': true }] };
    const sample = sampleOf(answer(200, body));
    expect(sample).toContain('"code":"ODD"');
    expect(sample).toContain('"Last_Name":"<string>"');
    expect(sample).not.toMatch(/Kaya|kaya/);
  });

  it('shows no value under a protocol key that is no word of the protocol', () => {
    expect(sampleOf(answer(200, { code: 'a b@c.example', status: 12 }))).not.toContain('example');
  });

  it('shows the tags of a page, the size of a text, and whether there was anything', () => {
    const page = '<!doctype html><html><body class="Kaya">Kaya</body></html>';
    expect(sampleOf(answer(200, page))).toBe('markup, 58 bytes: <!doctype><html><body>');
    expect(sampleOf(answer(200, 'Kaya was here'))).toBe('text, 13 bytes');
    expect(sampleOf(answer(200, undefined))).toBe('empty');
    expect(sampleOf({ kind: 'lost', reason: 'TIMEOUT' })).toBe('lost');
  });

  it('is short whatever the answer', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(50)}1${'}'.repeat(50)}`);
    expect(
      sampleOf(answer(200, { deep, many: Array.from({ length: 500 }, () => 'x'.repeat(100)) })).length,
    ).toBeLessThan(450);
  });
});
