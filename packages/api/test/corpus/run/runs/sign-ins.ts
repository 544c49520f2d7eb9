import { encodeBase58 } from '@countersign/core';
import { expect } from 'vitest';
import type { Runs } from '../registry.ts';
import type { Stage } from '../stage.ts';
import { wordsOf } from '../verdict.ts';

/** What an owner signs to be let in, and where it is worth nothing. */
export const signInRuns: Runs = {
  signInElsewhere: {
    wallets: ['owner/227'],
    async do({ stage }) {
      const { owner } = await stage.wallet('owner', '227');
      const challenge = async (headers: { readonly [name: string]: string } = {}): Promise<string> => {
        const asked = await stage.http.ask('/v1/sign-in/challenge', null, { method: 'POST', body: { owner: owner.address }, headers });
        expect(asked.status, wordsOf(asked)).toBe(200);
        return String(asked.json?.['text']);
      };
      const enter = (text: string) => {
        const signature = encodeBase58(owner.sign(new TextEncoder().encode(text)));
        return stage.http.ask('/v1/sign-in', null, { method: 'POST', body: { text, signature } });
      };
      // Nobody who asks chooses the domain that the owner reads.
      const asked = await challenge({
        'x-forwarded-host': 'attacker.example',
        forwarded: 'host=attacker.example',
        origin: 'https://attacker.example',
      });
      expect(asked).not.toContain('attacker.example');
      const [domain = ''] = asked.split(' ');
      for (const text of [
        asked.replace(domain, 'attacker.example'),
        asked.replaceAll(domain, 'attacker.example'),
        `attacker.example wants you to\n${asked}`,
      ]) {
        const answer = await enter(text);
        expect(answer.json?.['code'], wordsOf(answer)).toBe('sign_in_invalid');
      }
      expect((await enter(asked)).status).toBe(200);
      const again = await enter(asked);
      expect(again.json?.['code'], wordsOf(again)).toBe('sign_in_invalid');
      await noneOfTheseRoutes(stage);
    },
  },
};

/** Signing in is done in one place. */
async function noneOfTheseRoutes(stage: Stage): Promise<void> {
  const wallet = await stage.wallet('owner', '227');
  for (const path of ['siws', 'sign-in']) {
    const body = { domain: 'attacker.example' };
    const answer = await stage.http.ask(`/v1/wallets/${wallet.id}/${path}`, wallet.credentials.agent, { method: 'POST', body });
    expect(answer.status, wordsOf(answer)).toBe(404);
  }
}
