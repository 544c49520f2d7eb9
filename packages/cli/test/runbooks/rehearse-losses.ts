import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { address } from '@countersign/core';
import { createTestKey } from '@countersign/testkit';
import { expect } from 'vitest';
import { SOL, type Stack, until } from '../../../api/test/end-to-end/stack.ts';
import { type TestMint, tokensOf } from '../../../api/test/end-to-end/thief-tokens.ts';
import { type Case, expectNewAgent, PASSPHRASE } from './open-case.ts';
import type { Rehearsal } from './run-page.ts';

const NEW_PASSPHRASE = 'five other words of the runbooks';
const RENT_EXEMPTION = 890_880n;

export function rehearseLostAgent(its: Case, stack: Stack): Rehearsal {
  its.variables.set('KEYSTORE', join(stack.folder, 'keystore')).set('WALLET_ID', its.walletId);
  return its.rehearse({
    'the signer is stopped': () => stack.killSigner(),
    'the signer is started': () => stack.restartSigner(),
    'the new fee account has SOL': async () => {
      its.variables.set('FEE_ACCOUNT', stack.signer.feeAccount);
      await stack.fund(stack.signer.feeAccount, SOL);
    },
    'the chain knows the new agent key and not the old one': () => expectNewAgent(its),
    'the new fee account gets the rent back': async () => {
      expect((await its.onChain()).rentCollector).toBe(stack.signer.feeAccount);
    },
  });
}

export function rehearseRestore(its: Case, stack: Stack): Rehearsal {
  const { variables, seats, folder } = its;
  variables.set('KEYSTORE', join(stack.folder, 'keystore')).set('WALLET_ID', its.walletId);
  variables.set('DATA', stack.folder).set('COPY', join(folder, 'copy'));
  mkdirSync(join(folder, 'copy'));
  for (const [name, words] of [
    ['PASSPHRASE_FILE', PASSPHRASE],
    ['NEW_PASSPHRASE_FILE', NEW_PASSPHRASE],
  ] as const) {
    variables.set(name, join(folder, name));
    writeFileSync(join(folder, name), `${words}\n`, { mode: 0o600 });
  }
  return its.rehearse({
    'the owner key file is gone': async () => rmSync(its.get('OWNER_KEY')),
    'the owner key opens with the new passphrase alone': async () => {
      await its.run('owner', 'countersign owner sign-in --yes --owner-key "$OWNER_KEY"', 7);
      seats.owner = { ...seats.owner, passphrase: NEW_PASSPHRASE };
      seats.offline = { ...seats.offline, passphrase: NEW_PASSPHRASE };
      expect(existsSync(`${its.get('OWNER_KEY')}.old`)).toBe(false);
    },
    'the signer is stopped': () => stack.killSigner(),
    'the signer is started': () => stack.restartSigner(),
    'the chain knows the new agent key and not the old one': () => expectNewAgent(its),
    'everything is stopped': async () => {
      await stack.stopApi();
      await stack.killSigner();
      await stack.stopDatabase();
    },
    'everything is started': async () => {
      await stack.startDatabase();
      await stack.restartSigner();
      await stack.startApi();
      await until('the service is ready', async () => (await fetch(`${stack.url}/health/ready`)).ok);
    },
    'the watcher has frozen the wallet': () =>
      until('the watcher has frozen the wallet', async () => (await its.wallet())['state'] === 'frozen', 60_000),
    'it stays active': async () => {
      expect(await its.wallet()).toMatchObject({ state: 'active' });
    },
    'the agent pays, after the copy': async () => {
      await its.run('agent', 'countersign pay --to "$MERCHANT" --amount 0.02 --wait finalized');
    },
  });
}

export async function rehearseExit(its: Case, stack: Stack, mint: TestMint): Promise<Rehearsal> {
  const destination = createTestKey().address;
  its.variables.set('DESTINATION', destination).set('DESTINATION_8', destination.slice(0, 8));
  await mint.give(address(its.vault), 9_000_000n);
  await stack.fund(its.get('OWNER'), SOL / 40n);
  return its.rehearse({
    'the service is deleted with all that it had': async () => {
      await stack.deleteService();
      expect(existsSync(stack.folder)).toBe(false);
    },
    'all SOL and all tokens are at the destination': async () => {
      expect(await its.lamports(its.vault)).toBe(RENT_EXEMPTION);
      expect(await its.lamports(destination)).toBeGreaterThanOrEqual(5n * SOL - RENT_EXEMPTION);
      expect(await tokensOf(stack, destination, mint.mint)).toBe(9_000_000n);
      const { threshold, members, limits } = await its.onChain();
      expect([threshold, members.map(({ key }) => String(key)), limits]).toEqual([1, [its.get('OWNER')], []]);
    },
  });
}
