import type { ErrorCode } from '#contracts';
import { waysOut } from './slot.advice.ts';

const stop = (code: ErrorCode) => ({ verdict: 'stop', code, details: { from: '2026-01-02T03:04:05.000Z' } }) as const;
const recreate = 'causeway slot recreate --source shop --no-adopt --yes';
const resend = 'causeway outbox resend --source shop --from 2026-01-02T02:54:05.000Z --to now --yes';
const adopt = 'causeway slot adopt --source shop --yes';

describe('ways out', () => {
  it.each<[ErrorCode, string[]]>([
    ['SLOT_MISSING', [recreate, resend, adopt]],
    ['SLOT_LOST', [recreate, resend, adopt]],
    ['SLOT_GENERATION_MISMATCH', [resend, adopt]],
    ['SLOT_AHEAD_OF_POSITION', [resend, adopt]],
    ['SLOT_UNUSABLE', []],
  ])('%s', (code, ways) => {
    expect(waysOut(stop(code), 'shop')).toEqual(ways);
  });

  it('needs none for a slot that can be read', () => {
    expect(waysOut({ verdict: 'adopt', lsn: 1n }, 'shop')).toEqual([]);
  });

  it('resends nothing where nothing is known to be missing', () => {
    expect(waysOut({ verdict: 'stop', code: 'SLOT_LOST', details: {} }, 'shop')).toEqual([recreate, adopt]);
  });
});
