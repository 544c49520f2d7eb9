import { sha256Hex } from '@countersign/core';
import type { Handler } from '../invocation.ts';
import { answer } from '../outcome.ts';
import { policyLines } from '../output/policy-lines.ts';
import { readPolicyFile } from '../support/read-policy-file.ts';

/** `policy check`: offline. */
const policyCheck: Handler = async (invocation) => {
  const [file = ''] = invocation.args;
  const read = readPolicyFile(invocation.world.cwd, file);
  if (!read.ok) return read;
  const { text, policy, chainLimits } = read.value;
  const sha256 = sha256Hex(text);
  const limits = chainLimits.map(({ asset, amount, periodSeconds, destinations }) => ({
    asset,
    amount: amount.toString(),
    periodSeconds,
    destinations,
  }));
  return answer({ valid: true, policySha256: sha256, chainLimits: limits }, [
    ...policyLines(policy, [], chainLimits),
    '',
    `✓ valid, and the chain can back it. SHA-256 ${sha256}`,
  ]);
};
export default policyCheck;
