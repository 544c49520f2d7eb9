import { chameleonProgram } from '@countersign/testkit/programs';
import { isToken2022, type Names } from '../bytes/addresses.ts';
import {
  type ChainAccount,
  lookupTableData,
  mint2022Data,
  mintData,
  nonceData,
  type TokenAccountFields,
  tokenAccountData,
} from '../bytes/chain-accounts.ts';
import { cat, hex, u8 } from '../bytes/encode.ts';
import { PROGRAMS } from '../bytes/known.ts';
import type { Setup } from '../cases/vector.ts';

const RENT = 2_039_280;
const SOL = 1_000_000_000;

/** Writes an account of the chain from outside, by the name that the vectors call it. */
export type SetAccount = (name: string, account: ChainAccount) => Promise<void>;

interface World {
  readonly names: Names;
  readonly set: SetAccount;
}
const system = PROGRAMS['system'] ?? '';
const tokenProgramOf = (mint: string): string => PROGRAMS[isToken2022(mint) ? 'token2022' : 'token'] ?? '';

async function setTokens({ names, set }: World, account: string, mint: string, fields: Omit<TokenAccountFields, 'mint'>): Promise<void> {
  const native = mint === 'wsol';
  const data = tokenAccountData({ ...fields, mint: await names.of(mint), ...(native ? { nativeReserve: BigInt(RENT) } : {}) });
  // Token-2022 keeps that an associated account's owner never changes (extension 7).
  const whole = isToken2022(mint) ? cat(data, u8(2), hex('07000000')) : data;
  const lamports = RENT + 50_000 + (native ? Number(fields.amount) - 50_000 : 0);
  await set(account, { lamports, owner: tokenProgramOf(mint), data: whole });
}

/** Accounts that all wallets share: mints, R, the attacker, the aggregator and its pool. */
export async function setWorld(world: World): Promise<void> {
  const { names, set } = world;
  const elf = chameleonProgram();
  const program: ChainAccount = { lamports: SOL, owner: PROGRAMS['loader2'] ?? '', data: elf, executable: true };
  await set('J', program);
  await set('otherChameleon', program);
  const J = await names.of('J');
  await set('pool', { lamports: 500 * SOL, owner: J, data: new Uint8Array() });
  await set('flag', { lamports: SOL, owner: J, data: new Uint8Array(1) });
  const authority = await names.of('mintAuthority');
  for (const mint of ['usdc', 'thin'])
    await set(mint, { lamports: SOL, owner: tokenProgramOf(mint), data: mintData({ authority, decimals: 6, supply: 10n ** 18n }) });
  for (const person of ['R', 'R2', 'R4', 'attacker', 'lender'])
    await set(person, { lamports: SOL / 100, owner: system, data: new Uint8Array() });
  for (const mint of ['usdc', 'thin', 'wsol'])
    for (const holder of ['R', 'attacker', 'pool'])
      await setTokens(world, `${mint}@${holder}`, mint, { owner: await names.of(holder), amount: mint === 'wsol' ? 0n : 1_000_000n });
}

/** What a wallet's vault holds before its cases begin. */
export async function setVault(world: World): Promise<void> {
  const owner = await world.names.of('vault');
  await world.set('vault', { lamports: 20 * SOL, owner: system, data: new Uint8Array() });
  await setTokens(world, 'usdc@vault', 'usdc', { owner, amount: 10_000_000_000n });
  await setTokens(world, 'thin@vault', 'thin', { owner, amount: 10_000_000_000n });
  await setTokens(world, 'wsol@vault', 'wsol', { owner, amount: 3_000_000_000n });
}

export async function applySetup(world: World, setup: Setup): Promise<void> {
  const { names, set } = world;
  switch (setup.set) {
    case 'table': {
      const addresses = await Promise.all(setup.addresses.map((name) => names.of(name)));
      const data = lookupTableData({
        addresses,
        authority: await names.of('attacker'),
        ...(setup.deactivatedAt === undefined ? {} : { deactivatedAt: BigInt(setup.deactivatedAt) }),
      });
      return set(setup.account, { lamports: SOL, owner: await names.of(setup.owner ?? 'alt'), data });
    }
    case 'bytes':
      return set(setup.account, { lamports: SOL, owner: await names.of(setup.owner), data: hex(setup.data) });
    case 'nonce':
      return set(setup.account, { lamports: SOL, owner: system, data: nonceData(await names.of(setup.authority)) });
    case 'tokens': {
      const { mint, holder, amount, owner = holder, delegate, delegated = '0', closeAuthority } = setup;
      return setTokens(world, `${mint}@${holder}`, mint, {
        owner: await names.of(owner),
        amount: BigInt(amount),
        ...(delegate === undefined ? {} : { delegate: { to: await names.of(delegate), amount: BigInt(delegated) } }),
        ...(closeAuthority === undefined ? {} : { closeAuthority: await names.of(closeAuthority) }),
      });
    }
    case 'tokenAccount':
      return setTokens(world, setup.account, setup.mint, { owner: await names.of(setup.owner), amount: 0n });
    case 'mint': {
      const authority = await names.of('mintAuthority');
      return set(setup.mint, {
        lamports: SOL,
        owner: tokenProgramOf(setup.mint),
        data: mintData({ authority, decimals: setup.decimals ?? 6, supply: 10n ** 18n }),
      });
    }
    case 'mint2022': {
      const { mint, extensions = [] } = setup;
      const attacker = await names.of('attacker');
      const data = mint2022Data({ authority: attacker, decimals: 6, supply: 10n ** 18n }, extensions, attacker);
      await set(mint, { lamports: SOL, owner: tokenProgramOf(mint), data });
      for (const holder of ['vault', 'R', 'attacker'])
        await setTokens(world, `${mint}@${holder}`, mint, {
          owner: await names.of(holder),
          amount: holder === 'vault' ? 1_000_000_000n : 0n,
        });
      return;
    }
  }
}
