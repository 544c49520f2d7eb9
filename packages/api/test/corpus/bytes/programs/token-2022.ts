import { cat, u8, u16, u64 } from '../encode.ts';
import type { Builders, Parameters } from '../recipe.ts';

const mintOf = (p: Parameters): string => p.account('mint', 't22plain');
const own = (p: Parameters): string => `${p.account('account', `${mintOf(p)}@vault`)}:w`;
const authority = (p: Parameters): string => `${p.account('authority', 'vault')}:s`;
const sketch = (accounts: readonly string[], ...data: readonly Uint8Array[]) => ({ program: 'token2022', accounts, data: cat(...data) });

/** Instructions that Token-2022 has and SPL Token has not. The shared ones are `token.*` with a mint whose name begins with `t22`. */
export const token2022Builders: Builders = {
  'token2022.transferCheckedWithFee': (p) =>
    sketch(
      [`${mintOf(p)}@vault:w`, mintOf(p), `${p.account('to', `${mintOf(p)}@attacker`)}:w`, authority(p)],
      u8(26),
      u8(1),
      u64(p.amount('amount', 1_000_000n)),
      u8(p.number('decimals', 6)),
      u64(p.amount('fee', 10_000n)),
    ),
  'token2022.reallocate': (p) =>
    sketch(
      [own(p), `${p.account('payer', 'vault')}:sw`, 'system', authority(p)],
      u8(29),
      ...(p.has('extension') ? [u16(p.number('extension'))] : [u16(8)]),
    ),
  'token2022.memoTransfer': (p) => sketch([own(p), authority(p)], u8(30), u8(p.number('enable', 0))),
  'token2022.createNativeMint': (p) => sketch([`${p.account('payer', 'vault')}:sw`, 'nativeMint2022:w', 'system'], u8(31)),
  'token2022.cpiGuard': (p) => sketch([own(p), authority(p)], u8(34), u8(p.number('enable', 0))),
  'token2022.confidentialDeposit': (p) =>
    sketch([own(p), mintOf(p), authority(p)], u8(27), u8(5), u64(p.amount('amount', 1_000_000n)), u8(p.number('decimals', 6))),
  'token2022.confidentialTransfer': (p) =>
    sketch([own(p), mintOf(p), `${mintOf(p)}@attacker:w`, 'instructions', authority(p)], u8(27), u8(7), new Uint8Array(36 + 3)),
  'token2022.withdrawWithheld': (p) => sketch([`${mintOf(p)}:w`, `${mintOf(p)}@attacker:w`, authority(p)], u8(26), u8(2)),
  /** Any instruction and sub-instruction. */
  'token2022.number': (p) =>
    sketch(
      [own(p), `${p.account('to', `${mintOf(p)}@attacker`)}:w`, authority(p)],
      u8(p.number('number')),
      Buffer.from(p.text('data', ''), 'hex'),
    ),
};
