import { createHash } from 'node:crypto';
import { squadsAddress } from '../addresses.ts';
import { cat, longText, u8, u16, u32, u64 } from '../encode.ts';
import type { Builders, InstructionRecipe, Parameters } from '../recipe.ts';

const sketch = (program: string, accounts: readonly string[], ...data: readonly Uint8Array[]) => ({
  program,
  accounts,
  data: cat(...data),
});
const vault = (p: Parameters, parameter = 'authority'): string => p.account(parameter, 'vault');
const anchor = (name: string): Buffer => createHash('sha256').update(`global:${name}`).digest().subarray(0, 8);

const budgetBuilders: Builders = {
  'budget.unitLimit': (p) => sketch('computeBudget', [], u8(2), u32(p.number('units', 200_000))),
  'budget.unitPrice': (p) => sketch('computeBudget', [], u8(3), u64(p.amount('microLamports', 1_000n))),
  'budget.heapFrame': (p) => sketch('computeBudget', [], u8(1), u32(p.number('bytes', 32_768))),
  'budget.dataSize': (p) => sketch('computeBudget', [], u8(4), u32(p.number('bytes', 65_536))),
  'budget.deprecated': (p) => sketch('computeBudget', [], u8(0), u32(p.number('units', 200_000)), u32(p.number('fee', 1_000_000))),
};

const accountBuilders: Builders = {
  'memo.write': (p) => sketch(p.text('memoProgram', 'memo'), p.list('signers').map(String), Buffer.from(p.text('text', 'a memo'))),
  'memo.bytes': (p) => sketch(p.text('memoProgram', 'memo'), [], Buffer.from(p.text('hex'), 'hex')),
  'ata.create': (p) => ata(p, 0),
  'ata.createOld': (p) => ata(p, null),
  'ata.createIdempotent': (p) => ata(p, 1),
  'ata.recoverNested': (p) => ata(p, 2),
};
function ata(p: Parameters, number: number | null) {
  const mint = p.account('mint', 'usdc');
  const owner = p.account('owner', 'attacker');
  const program = p.text('under', mint.startsWith('t22') ? 'token2022' : 'token');
  const accounts = [`${p.account('payer', 'vault')}:sw`, `${p.account('account', `${mint}@${owner}`)}:w`, owner, mint, 'system', program];
  return sketch('ata', accounts, number === null ? new Uint8Array() : u8(number));
}

const tableBuilders: Builders = {
  'alt.create': (p) =>
    sketch('alt', ['table:w', vault(p), `${vault(p, 'payer')}:sw`, 'system'], u32(0), u64(p.amount('slot', 1n)), u8(255)),
  'alt.freeze': (p) => sketch('alt', ['table:w', `${vault(p)}:s`], u32(1)),
  'alt.extend': async (p) =>
    sketch(
      'alt',
      ['table:w', `${vault(p)}:s`, `${vault(p, 'payer')}:sw`, 'system'],
      u32(2),
      u64(1n),
      await p.key(p.account('key', 'attacker')),
    ),
  'alt.deactivate': (p) => sketch('alt', ['table:w', `${vault(p)}:s`], u32(3)),
  'alt.close': (p) => sketch('alt', ['table:w', `${vault(p)}:s`, `${p.account('to', 'attacker')}:w`], u32(4)),
};

const loader = (p: Parameters): string => p.text('loader', 'loader3');
const loaderBuilders: Builders = {
  'loader.write': (p) => sketch(loader(p), ['buffer:w', `${vault(p)}:s`], u32(1), u32(0), longText('code')),
  'loader.upgrade': (p) =>
    sketch(loader(p), ['programData:w', 'victimProgram:w', 'buffer:w', 'attacker:w', 'rent', 'clock', `${vault(p)}:s`], u32(3)),
  'loader.setAuthority': (p) => sketch(loader(p), ['programData:w', `${vault(p)}:s`, p.account('to', 'attacker')], u32(4)),
  'loader.close': (p) => sketch(loader(p), ['buffer:w', `${p.account('to', 'attacker')}:w`, `${vault(p)}:s`], u32(5)),
  'loader.extend': (p) => sketch(loader(p), ['programData:w', 'victimProgram:w', 'system', `${vault(p, 'payer')}:sw`], u32(6), u32(10_240)),
  'loader.setAuthorityChecked': (p) => sketch(loader(p), ['programData:w', `${vault(p)}:s`, 'attacker:s'], u32(7)),
  'loader.number': (p) => sketch(loader(p), ['programData:w', `${vault(p)}:sw`], u32(p.number('number'))),
};

const stakeBuilders: Builders = {
  'stake.authorize': async (p) =>
    sketch(
      'stake',
      ['stakeAccount:w', 'clock', `${vault(p)}:s`],
      u32(1),
      await p.key(p.account('to', 'attacker')),
      u32(p.number('what', 1)),
    ),
  'stake.withdraw': (p) =>
    sketch(
      'stake',
      ['stakeAccount:w', `${p.account('to', 'attacker')}:w`, 'clock', 'stakeHistory', `${vault(p)}:s`],
      u32(4),
      u64(p.amount('lamports', 1n)),
    ),
  'stake.number': (p) => sketch('stake', ['stakeAccount:w', 'clock', `${vault(p)}:s`], u32(p.number('number'))),
  'vote.authorize': async (p) => sketch('vote', ['voteAccount:w', 'clock', `${vault(p)}:s`], u32(1), await p.key('attacker'), u32(1)),
  'vote.withdraw': (p) => sketch('vote', ['voteAccount:w', 'attacker:w', `${vault(p)}:s`], u32(3), u64(1_000n)),
};

/** One signature whose offsets point into instruction `into` (65535: this one). */
const offsets = (into: number): Buffer => cat(u16(16), u16(into), u16(80), u16(into), u16(112), u16(8), u16(into));
const precompileBuilders: Builders = {
  'precompile.ed25519': (p) => sketch('ed25519', [], u8(p.number('count', 1)), u8(0), offsets(p.number('into', 1)), Buffer.alloc(104)),
  'precompile.secp256r1': (p) => sketch('secp256r1', [], u8(p.number('count', 1)), u8(0), offsets(p.number('into', 1)), Buffer.alloc(104)),
  'precompile.secp256k1': (p) => sketch('secp256k1', [], u8(p.number('count', 1)), Buffer.alloc(11 + 97)),
};

const programBuilders: Builders = {
  /** Anything: accounts as `name:sw`, data in hex. */
  raw: (p) => sketch(p.text('to', 'unknownProgram'), p.list('accounts').map(String), Buffer.from(p.text('data', ''), 'hex')),
  /** The chameleon (packages/testkit/src/programs): behaviour, arguments, and an instruction that it makes itself. */
  'J.does': async (p) => {
    const calls = p.has('calls') ? await p.inner(p.list('calls')[0] as InstructionRecipe) : null;
    const accounts = (calls?.accounts ?? []).map((each) => `${each.address}:${each.signer ? 's' : ''}${each.writable ? 'w' : ''}`);
    const argument = p.has('argument') ? u64(p.amount('argument')) : new Uint8Array();
    return sketch(
      p.text('program', 'J'),
      [calls?.program ?? 'system', ...accounts, ...p.list('andAccounts').map(String)],
      u8(p.number('behaviour')),
      argument,
      calls?.data ?? new Uint8Array(),
    );
  },
  /** An Anchor instruction by its name. */
  anchor: (p) => sketch(p.text('to', 'J'), p.list('accounts').map(String), anchor(p.text('name')), Buffer.from(p.text('data', ''), 'hex')),
};

/** Squads instructions that an attacker would like the vault, or the agent, to make. `as` signs. */
const as = (p: Parameters): string => `${p.account('as', 'vault')}:s`;
const settings = (p: Parameters) => [`${p.account('multisig', 'multisig')}:w`, as(p), `${p.account('payer', 'vault')}:sw`, 'system'];
const squadsBuilders: Builders = {
  'squads.addMember': async (p) =>
    sketch('squads', settings(p), anchor('multisig_add_member'), await p.key(p.account('member', 'attacker')), u8(7), u8(0)),
  'squads.removeMember': async (p) =>
    sketch('squads', settings(p), anchor('multisig_remove_member'), await p.key(p.account('member', 'owner')), u8(0)),
  'squads.changeThreshold': (p) => sketch('squads', settings(p), anchor('multisig_change_threshold'), u16(p.number('threshold', 1)), u8(0)),
  'squads.setTimeLock': (p) => sketch('squads', settings(p), anchor('multisig_set_time_lock'), u32(p.number('seconds', 0)), u8(0)),
  'squads.setConfigAuthority': async (p) =>
    sketch('squads', settings(p), anchor('multisig_set_config_authority'), await p.key(p.account('to', 'attacker')), u8(0)),
  'squads.setRentCollector': async (p) =>
    sketch('squads', settings(p), anchor('multisig_set_rent_collector'), u8(1), await p.key(p.account('to', 'attacker')), u8(0)),
  'squads.addSpendingLimit': async (p) =>
    sketch(
      'squads',
      [`${p.account('multisig', 'multisig')}:w`, as(p), 'newLimit:w', `${p.account('payer', 'vault')}:sw`, 'system'],
      anchor('multisig_add_spending_limit'),
      await p.key('limitKey'),
      u8(p.number('vaultIndex', 0)),
      await p.key(p.account('mint', 'system')),
      u64(p.amount('amount', 1_000_000_000n)),
      u8(p.number('period', 1)),
      u32(1),
      await p.key(p.account('member', 'attacker')),
      u32(p.list('destinations').length),
      ...(await Promise.all(p.list('destinations').map((each) => p.key(String(each))))),
      u8(0),
    ),
  'squads.removeSpendingLimit': (p) =>
    sketch(
      'squads',
      [`${p.account('multisig', 'multisig')}:w`, as(p), 'limit:w', `${p.account('to', 'attacker')}:w`],
      anchor('multisig_remove_spending_limit'),
      u8(0),
    ),
  'squads.configTransactionCreate': (p) =>
    sketch(
      'squads',
      [`${p.account('multisig', 'multisig')}:w`, 'newTransaction:w', as(p), `${p.account('payer', 'vault')}:sw`, 'system'],
      anchor('config_transaction_create'),
      u32(1),
      u8(2),
      u16(1),
      u8(0),
    ),
  'squads.spendingLimitUse': async (p) =>
    sketch(
      'squads',
      [
        p.account('multisig', 'multisig'),
        as(p),
        `${p.account('limit', 'limit')}:w`,
        `${p.account('from', 'vault')}:w`,
        `${p.account('to', 'attacker')}:w`,
        'system',
        'squads',
        'squads',
        'squads',
        'squads',
      ],
      anchor('spending_limit_use'),
      u64(p.amount('amount', 1_000n)),
      u8(9),
      u8(0),
    ),
  'squads.execute': async (p) => {
    const multisig = await p.names.of(p.account('multisig', 'multisig'));
    const transaction = await squadsAddress(multisig, 'transaction', u64(p.amount('index', 1n)));
    const proposal = await squadsAddress(multisig, 'transaction', u64(p.amount('index', 1n)), 'proposal');
    return sketch(
      'squads',
      [multisig, `${proposal}:w`, transaction, as(p), ...p.list('accounts').map(String)],
      anchor('vault_transaction_execute'),
    );
  },
  'squads.approve': async (p) => {
    const multisig = await p.names.of(p.account('multisig', 'multisig'));
    const proposal = await squadsAddress(multisig, 'transaction', u64(p.amount('index', 1n)), 'proposal');
    return sketch('squads', [multisig, `${as(p)}w`, `${proposal}:w`], anchor('proposal_approve'), u8(0));
  },
  'squads.named': (p) => sketch('squads', p.list('accounts').map(String), anchor(p.text('name')), Buffer.from(p.text('data', ''), 'hex')),
};

export const otherBuilders: Builders = {
  ...budgetBuilders,
  ...accountBuilders,
  ...tableBuilders,
  ...loaderBuilders,
  ...stakeBuilders,
  ...precompileBuilders,
  ...programBuilders,
  ...squadsBuilders,
};
