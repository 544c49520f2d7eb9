import { cat, u8, u64 } from '../encode.ts';
import type { Builders, InstructionRecipe, Parameters } from '../recipe.ts';

/** What SetAuthority can change, in the order of their numbers (Token-2022's from 4 on). */
export const AUTHORITIES = [
  'mintTokens',
  'freezeAccount',
  'accountOwner',
  'closeAccount',
  'transferFeeConfig',
  'withheldWithdraw',
  'closeMint',
  'interestRate',
  'permanentDelegate',
  'confidentialTransferMint',
  'transferHookProgramId',
  'confidentialTransferFeeConfig',
  'metadataPointer',
  'groupPointer',
  'groupMemberPointer',
  'scaledUiAmount',
  'pause',
] as const;

const mintOf = (p: Parameters): string => p.account('mint', 'usdc');
/** The mint's own program, unless the recipe says another. */
const programOf = (p: Parameters): string => p.text('under', mintOf(p).startsWith('t22') ? 'token2022' : 'token');
const held = (p: Parameters, parameter: string, holder: string): string => p.account(parameter, `${mintOf(p)}@${holder}`);
const authority = (p: Parameters): string => `${p.account('authority', 'vault')}:s`;
const sketch = (p: Parameters, accounts: readonly string[], ...data: readonly Uint8Array[]) => ({
  program: programOf(p),
  accounts,
  data: cat(...data),
});
const amount = (p: Parameters, otherwise = 1_000_000n): Buffer => u64(p.amount('amount', otherwise));
const decimals = (p: Parameters): Buffer => u8(p.number('decimals', mintOf(p) === 'wsol' ? 9 : 6));
const optionalKey = async (p: Parameters, name: string): Promise<Buffer> => (name === 'none' ? u8(0) : cat(u8(1), await p.key(name)));

/** Every instruction of the SPL Token program and of p-token. The vault's associated account of `mint` is what they work on. */
export const tokenBuilders: Builders = {
  'token.initializeMint': async (p) =>
    sketch(p, ['newAccount:w', 'rent'], u8(0), u8(6), await p.key('attacker'), await optionalKey(p, p.account('freeze', 'none'))),
  'token.initializeAccount': (p) =>
    sketch(p, [`${p.account('account', 'newAccount')}:w`, mintOf(p), p.account('owner', 'attacker'), 'rent'], u8(1)),
  'token.initializeMultisig': (p) => sketch(p, ['newAccount:w', 'rent', 'attacker'], u8(2), u8(1)),
  'token.transfer': (p) => sketch(p, [`${held(p, 'from', 'vault')}:w`, `${held(p, 'to', 'attacker')}:w`, authority(p)], u8(3), amount(p)),
  'token.approve': (p) => sketch(p, [`${held(p, 'from', 'vault')}:w`, p.account('delegate', 'attacker'), authority(p)], u8(4), amount(p)),
  'token.revoke': (p) => sketch(p, [`${held(p, 'from', 'vault')}:w`, authority(p)], u8(5)),
  'token.setAuthority': async (p) =>
    sketch(
      p,
      [`${held(p, 'account', 'vault')}:w`, authority(p)],
      u8(6),
      u8(p.has('number') ? p.number('number') : AUTHORITIES.indexOf(p.text('what', 'accountOwner') as (typeof AUTHORITIES)[number])),
      await optionalKey(p, p.account('to', 'attacker')),
    ),
  'token.mintTo': (p) => sketch(p, [`${mintOf(p)}:w`, `${held(p, 'to', 'attacker')}:w`, authority(p)], u8(7), amount(p)),
  'token.burn': (p) => sketch(p, [`${held(p, 'from', 'vault')}:w`, `${mintOf(p)}:w`, authority(p)], u8(8), amount(p)),
  'token.closeAccount': (p) => sketch(p, [`${held(p, 'from', 'vault')}:w`, `${p.account('to', 'attacker')}:w`, authority(p)], u8(9)),
  'token.freezeAccount': (p) => sketch(p, [`${held(p, 'from', 'vault')}:w`, mintOf(p), authority(p)], u8(10)),
  'token.thawAccount': (p) => sketch(p, [`${held(p, 'from', 'vault')}:w`, mintOf(p), authority(p)], u8(11)),
  'token.transferChecked': (p) =>
    sketch(
      p,
      [`${held(p, 'from', 'vault')}:w`, p.account('mintAccount', mintOf(p)), `${held(p, 'to', 'attacker')}:w`, authority(p)],
      u8(12),
      amount(p),
      decimals(p),
    ),
  'token.approveChecked': (p) =>
    sketch(
      p,
      [`${held(p, 'from', 'vault')}:w`, mintOf(p), p.account('delegate', 'attacker'), authority(p)],
      u8(13),
      amount(p),
      decimals(p),
    ),
  'token.mintToChecked': (p) =>
    sketch(p, [`${mintOf(p)}:w`, `${held(p, 'to', 'attacker')}:w`, authority(p)], u8(14), amount(p), decimals(p)),
  'token.burnChecked': (p) => sketch(p, [`${held(p, 'from', 'vault')}:w`, `${mintOf(p)}:w`, authority(p)], u8(15), amount(p), decimals(p)),
  'token.initializeAccount2': async (p) =>
    sketch(p, [`${p.account('account', 'newAccount')}:w`, mintOf(p), 'rent'], u8(16), await p.key(p.account('owner', 'attacker'))),
  'token.syncNative': (p) => sketch(p, [`${p.account('account', 'wsol@vault')}:w`], u8(17)),
  'token.initializeAccount3': async (p) =>
    sketch(p, [`${p.account('account', 'newAccount')}:w`, mintOf(p)], u8(18), await p.key(p.account('owner', 'attacker'))),
  'token.initializeMultisig2': (p) => sketch(p, ['newAccount:w', 'attacker'], u8(19), u8(1)),
  'token.initializeMint2': async (p) => sketch(p, ['newAccount:w'], u8(20), u8(6), await p.key('attacker'), await optionalKey(p, 'none')),
  'token.getAccountDataSize': (p) => sketch(p, [mintOf(p)], u8(21)),
  'token.initializeImmutableOwner': (p) => sketch(p, [`${p.account('account', 'newAccount')}:w`], u8(22)),
  'token.amountToUiAmount': (p) => sketch(p, [mintOf(p)], u8(23), amount(p)),
  'token.uiAmountToAmount': (p) => sketch(p, [mintOf(p)], u8(24), Buffer.from('1.0')),
  'token.withdrawExcessLamports': (p) =>
    sketch(p, [`${held(p, 'from', 'vault')}:w`, `${p.account('to', 'attacker')}:w`, authority(p)], u8(38)),
  'token.unwrapLamports': (p) =>
    sketch(
      p,
      [`${p.account('from', 'wsol@vault')}:w`, `${p.account('to', 'attacker')}:w`, authority(p)],
      u8(45),
      p.has('amount') ? cat(u8(1), amount(p)) : u8(0),
    ),
  /** SIMD-0266: for each inner instruction u8 accounts, u8 length of the data, the data. */
  'token.batch': async (p) => {
    const parts = await Promise.all(p.list('inner').map((each) => p.inner(each as InstructionRecipe)));
    const accounts = parts.flatMap((part) =>
      part.accounts.map((each) => `${each.address}:${each.signer ? 's' : ''}${each.writable ? 'w' : ''}`),
    );
    return sketch(p, accounts, u8(255), ...parts.flatMap(({ accounts: own, data }) => [u8(own.length), u8(data.length), data]));
  },
  /** Any number with any data. */
  'token.number': (p) =>
    sketch(
      p,
      [`${held(p, 'from', 'vault')}:w`, `${held(p, 'to', 'attacker')}:w`, authority(p)],
      u8(p.number('number')),
      Buffer.from(p.text('data', ''), 'hex'),
    ),
};
