import type { KitView } from '@countersign/sdk';
import { table } from './table.ts';

export function kitRows(kits: readonly KitView[]): readonly string[] {
  return table(
    ['kit', 'purpose', 'state', 'limits', 'nonce account', 'signature', 'problem', 'created'],
    kits.map(({ id, purpose, state, limits, nonceAccount, signature, problem, createdAt }) => [
      id,
      purpose,
      state.replaceAll('_', ' '),
      purpose === 'recovery' ? '-' : String(limits.length),
      nonceAccount,
      signature ?? '-',
      problem ?? '-',
      createdAt,
    ]),
  );
}
