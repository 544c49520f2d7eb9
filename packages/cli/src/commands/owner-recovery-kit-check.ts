import { sha256Hex } from '@countersign/core';
import { flag, type Handler } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { recoveryKitLines, recoveryKitPage } from '../output/recovery-kit-lines.ts';
import { kitText, readRecoveryKit } from '../support/recovery-kit-file.ts';

/** `owner recovery-kit check FILE`: offline. Proves from the bytes what a kit can do, and that it can do nothing else (INVARIANT I7). */
const ownerRecoveryKitCheck: Handler = async (invocation) => {
  const kit = await readRecoveryKit(invocation.world, invocation.args[0] ?? '');
  if (!kit.ok) return kit;
  const { message, ownerSignature, ...facts } = kit.value;
  return answer({ good: true, ...facts, messageSha256: sha256Hex(message), signatureBytes: ownerSignature.length }, [
    '✓ a good recovery kit: the owner signed it, and its bytes are what they should be',
    '',
    ...recoveryKitLines(kit.value),
    '',
    'Whether its nonce has moved, so that it is used up, only the chain knows: "countersign owner recover --dry-run" asks it.',
    ...(flag(invocation, 'print') ? ['', ...recoveryKitPage(kit.value, kitText(kit.value))] : []),
  ]);
};
export default ownerRecoveryKitCheck;
