import type { FrozenView } from '@countersign/sdk';
import { signedRows } from './signed-rows.ts';

/** What became of a freeze, and what may land all the same. */
export function frozenLines({ mayStillLand, signerProblem, wallet }: FrozenView): readonly string[] {
  return [
    `✓ frozen: nothing more is signed for ${wallet.name} (${wallet.id})`,
    ...(signerProblem === null ? [] : [`! the signer has not suspended the key yet: ${signerProblem}. The service keeps telling it.`]),
    ...(mayStillLand.length === 0
      ? ['Nothing that was signed before is still on its way.']
      : signedRows('Signed before, and may still land:', mayStillLand)),
    'Only the owner lets it go on: countersign unfreeze',
  ];
}
