import { withSeed } from '../addresses.ts';
import { cat, longText, u32, u64 } from '../encode.ts';
import type { Builders, Parameters } from '../recipe.ts';

const sketch = (accounts: readonly string[], ...data: readonly Uint8Array[]) => ({ program: 'system', accounts, data: cat(...data) });
const seeded = async (p: Parameters, owner: string): Promise<string> =>
  p.has('account')
    ? p.text('account')
    : withSeed(await p.names.of(p.account('base', 'vault')), p.text('seed', 'seed'), await p.names.of(owner));

/** Every instruction of the System program; `from`, `base` and `authority` are the vault unless a recipe says otherwise. */
export const systemBuilders: Builders = {
  'system.createAccount': async (p) =>
    sketch(
      [`${p.account('from', 'vault')}:sw`, `${p.account('account', 'newAccount')}:${p.text('rights', 'sw')}`],
      u32(0),
      u64(p.amount('lamports', 1_000_000_000n)),
      u64(p.amount('space', 0n)),
      await p.key(p.account('owner', 'attackerProgram')),
    ),
  'system.assign': async (p) => sketch([`${p.account('account', 'vault')}:sw`], u32(1), await p.key(p.account('owner', 'attackerProgram'))),
  'system.transfer': (p) =>
    sketch([`${p.account('from', 'vault')}:sw`, `${p.account('to', 'attacker')}:w`], u32(2), u64(p.amount('lamports', 1_000n))),
  'system.createAccountWithSeed': async (p) => {
    const owner = p.account('owner', 'attackerProgram');
    return sketch(
      [`${p.account('from', 'vault')}:sw`, `${await seeded(p, owner)}:w`, `${p.account('base', 'vault')}:s`],
      u32(3),
      await p.key(p.account('base', 'vault')),
      longText(p.text('seed', 'seed')),
      u64(p.amount('lamports', 1_000_000_000n)),
      u64(p.amount('space', 0n)),
      await p.key(owner),
    );
  },
  'system.advanceNonce': (p) =>
    sketch([`${p.account('nonce', 'nonce')}:w`, 'recentBlockhashes', `${p.account('authority', 'vault')}:s`], u32(4)),
  'system.withdrawNonce': (p) =>
    sketch(
      [
        `${p.account('nonce', 'nonce')}:w`,
        `${p.account('to', 'attacker')}:w`,
        'recentBlockhashes',
        'rent',
        `${p.account('authority', 'vault')}:s`,
      ],
      u32(5),
      u64(p.amount('lamports', 1_000n)),
    ),
  'system.initializeNonce': async (p) =>
    sketch([`${p.account('nonce', 'nonce')}:w`, 'recentBlockhashes', 'rent'], u32(6), await p.key(p.account('authority', 'attacker'))),
  'system.authorizeNonce': async (p) =>
    sketch([`${p.account('nonce', 'nonce')}:w`, `${p.account('authority', 'vault')}:s`], u32(7), await p.key(p.account('to', 'attacker'))),
  'system.allocate': (p) => sketch([`${p.account('account', 'vault')}:sw`], u32(8), u64(p.amount('space', 8n))),
  'system.allocateWithSeed': async (p) => {
    const owner = p.account('owner', 'attackerProgram');
    return sketch(
      [`${await seeded(p, owner)}:w`, `${p.account('base', 'vault')}:s`],
      u32(9),
      await p.key(p.account('base', 'vault')),
      longText(p.text('seed', 'seed')),
      u64(p.amount('space', 8n)),
      await p.key(owner),
    );
  },
  'system.assignWithSeed': async (p) => {
    const owner = p.account('owner', 'attackerProgram');
    return sketch(
      [`${await seeded(p, owner)}:w`, `${p.account('base', 'vault')}:s`],
      u32(10),
      await p.key(p.account('base', 'vault')),
      longText(p.text('seed', 'seed')),
      await p.key(owner),
    );
  },
  'system.transferWithSeed': async (p) => {
    const owner = p.account('owner', 'system');
    return sketch(
      [`${await seeded(p, owner)}:w`, `${p.account('base', 'vault')}:s`, `${p.account('to', 'attacker')}:w`],
      u32(11),
      u64(p.amount('lamports', 1_000n)),
      longText(p.text('seed', 'seed')),
      await p.key(owner),
    );
  },
  'system.upgradeNonce': (p) => sketch([`${p.account('nonce', 'nonce')}:w`], u32(12)),
  /** An instruction that System has not, or not yet. */
  'system.number': (p) =>
    sketch(
      [`${p.account('from', 'vault')}:sw`, `${p.account('to', 'attacker')}:w`],
      u32(p.number('number', 13)),
      u64(p.amount('lamports', 1_000n)),
    ),
};
