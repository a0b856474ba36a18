import { CampaignReport } from './campaign.report.ts';

const round = {
  round: 1,
  fault: 'kill at random',
  detail: 'kafkajs',
  amount: 10,
  settleMs: 5,
  lost: 1,
  doubled: 0,
  misordered: 0,
  wrong: 0,
  examples: ['lost: x'],
  alarms: ['SLOT_MISSING'],
} as const;
const result = {
  rounds: 1,
  amount: 10,
  lost: 1,
  doubled: 0,
  misordered: 0,
  wrong: 0,
  unplayed: 1,
  alarms: 1,
  faults: { 'kill at random': 1 },
  skipped: ['Kafka restarted'],
} as const;

const WORDS = { rounds: 2, detail: 'producer', amount: 'rows', service: 'a publisher' };

function reportOn({ isTTY }: { isTTY: boolean }): string {
  let written = '';
  const report = new CampaignReport({ isTTY, write: (text: unknown) => ((written += String(text)), true) }, WORDS);
  report.head('publisher');
  report.round({ ...round, unplayed: 'it never came there' });
  report.end(result);
  return written;
}

describe('the report of a campaign', () => {
  it('says what was found, what could not be played, and what was left out', () => {
    const text = reportOn({ isTTY: false });
    for (const part of [
      'lost: x',
      'SLOT_MISSING',
      'not played: it never came there',
      'Kafka restarted',
      '1 of 1 rounds',
    ])
      expect(text).toContain(part);
    expect(text).not.toContain('\u001B');
  });

  it('has a bar on a terminal', () => {
    expect(reportOn({ isTTY: true })).toContain('1 of 2, about');
  });
});
