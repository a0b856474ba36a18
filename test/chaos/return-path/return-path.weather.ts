/** What becomes of notifications while people edit, and what happens then. Times are the CRM's. */
export interface Weather {
  readonly settings: {
    readonly loss?: number;
    readonly duplicate?: number;
    readonly reorder?: number;
    readonly delayMs?: number;
    readonly withheld?: boolean;
  };
  /** So much later what was withheld arrives, and the service is there again. */
  readonly passesMs?: number;
  /** The webhook service, and the keeper in it, is not there meanwhile. */
  readonly isDown?: true;
}

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export const WEATHER = {
  'lost (30 %), doubled, reordered': { settings: { loss: 0.3, duplicate: 0.3, reorder: 0.3, delayMs: 100 } },
  'delayed by an hour': { settings: { withheld: true }, passesMs: HOUR_MS },
  'withheld for a day': { settings: { withheld: true }, passesMs: DAY_MS },
  'nobody there for a day': { settings: {}, passesMs: DAY_MS, isDown: true },
  'all lost for a day': { settings: { loss: 1 }, passesMs: DAY_MS },
  'all doubled, reordered': { settings: { duplicate: 1, reorder: 0.5, delayMs: 300 } },
  'lost (30 %)': { settings: { loss: 0.3 } },
  'channels expired': { settings: { loss: 1 }, passesMs: 8 * DAY_MS },
} as const satisfies Record<string, Weather>;
export type WeatherName = keyof typeof WEATHER;
export const WEATHER_NAMES = Object.keys(WEATHER) as WeatherName[];
export const FINE = { loss: 0, duplicate: 0, reorder: 0, delayMs: 0, withheld: false };
