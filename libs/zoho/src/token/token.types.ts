import { z } from 'zod';
import type { Failure } from '../outcome.types.ts';

/** What is kept of a connection's access token, shared by all replicas. Plain JSON; times in epoch milliseconds. */
export const tokenSchema = z.object({
  /** Fingerprint of the grant it came from: after a new grant an old token, and what is remembered of it, is void. */
  grant: z.string(),
  /** Null: there is none yet, only the memory of tries. */
  accessToken: z.string().nullable(),
  /** The API's origin as the token's answer named it (reference 0, 1.6). */
  apiDomain: z.string().nullable(),
  issuedAt: z.number(),
  expiresAt: z.number(),
  /** When tokens were asked for in the last ten minutes: ten are allowed (reference 1.4). */
  mints: z.array(z.number()),
  /** Until when the token endpoint has locked us out; 0 if it has not. */
  lockedUntil: z.number(),
  /** Lock-outs since the last success; each one waits longer. */
  lockouts: z.number(),
});
export type Token = z.infer<typeof tokenSchema>;

/** Where a connection's token lives. It holds a secret: implementations encrypt it (secret.box.ts). */
export interface TokenStore {
  read(): Promise<Token | null>;
  write(token: Token): Promise<void>;
}

/** Runs `work` while no other replica runs its own for the same connection; rejects if the lock cannot be had. */
export type WithLock = <T>(work: () => Promise<T>) => Promise<T>;

/** What a call needs to go out. */
export interface Grant {
  readonly kind: 'grant';
  readonly accessToken: string;
  readonly apiDomain: string;
}

export interface TokenSource {
  /** The present token, refreshed first if it is about to expire. */
  current(): Promise<Grant | Failure>;
  /** Another token than the one the API refused: the one that somebody else fetched meanwhile, or a new one. */
  renew(refusedToken: string): Promise<Grant | Failure>;
}
