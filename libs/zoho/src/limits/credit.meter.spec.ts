import { countCredits, metered, takeCredits } from './credit.meter.ts';

const call = async (credits: number): Promise<void> => {
  await Promise.resolve();
  countCredits(credits);
};

describe('a meter', () => {
  it('counts what the work spends, also side by side and deep inside', async () => {
    await metered(async () => {
      await Promise.all([call(1), call(5), Promise.resolve().then(() => call(2))]);
      expect(takeCredits()).toBe(8);
      expect(takeCredits()).toBe(0);
      await call(3);
      expect(takeCredits()).toBe(3);
    });
  });

  it('knows nothing of what other work spends at the same time', async () => {
    const [one, two] = await Promise.all(
      [1, 10].map((credits) =>
        metered(async () => {
          await call(credits);
          await call(credits);
          return takeCredits();
        }),
      ),
    );
    expect([one, two]).toEqual([2, 20]);
  });

  it('is none outside of metered work', async () => {
    await call(7);
    expect(takeCredits()).toBe(0);
  });
});
