import type { ErrorCode } from '#contracts';
import { stopError, waysOut } from './gap.advice.ts';

const details = { from: '2026-01-02T03:04:05.000Z', to: '2026-01-02T04:00:00.000Z' };
const recreate = 'causeway slot recreate --source shop --no-adopt --yes';
const resend = 'causeway outbox resend --source shop --from 2026-01-02T02:54:05.000Z --to now --yes';
const adopt = 'causeway slot adopt --source shop --yes';

describe('ways out', () => {
  it.each<[ErrorCode, Record<string, string>, string[]]>([
    ['SLOT_MISSING', {}, [recreate, resend, adopt]],
    ['SLOT_LOST', {}, [recreate, resend, adopt]],
    ['PUBLICATION_MISSING', {}, [recreate, resend, adopt]],
    ['PUBLICATION_CHANGED', { change: 'created again' }, [recreate, resend, adopt]],
    ['PUBLICATION_CHANGED', { change: 'altered' }, [resend, adopt]],
    ['SLOT_GENERATION_MISMATCH', {}, [resend, adopt]],
    ['SLOT_AHEAD_OF_POSITION', {}, [resend, adopt]],
    ['TIMELINE_DIVERGED', {}, [adopt]],
    ['TOPIC_PARTITIONS_CHANGED', {}, [adopt]],
    ['SLOT_UNUSABLE', {}, []],
    ['KAFKA_UNREACHABLE', {}, []],
  ])('%s %j', (code, more, ways) => {
    expect(waysOut({ code, details: { ...details, ...more } }, 'shop')).toEqual(ways);
  });

  it('resends nothing where nothing is known to be missing', () => {
    expect(waysOut({ code: 'SLOT_LOST', details: {} }, 'shop')).toEqual([recreate, adopt]);
  });

  it('stands in the error, with the gap', () => {
    const { message } = stopError({ code: 'SLOT_LOST', details }, { source: 'shop', slot: 's' });
    expect(message).toContain(
      `slot=s, from=${details.from}, to=${details.to}, ways_out=${recreate} && ${resend} && ${adopt}`,
    );
  });
});
