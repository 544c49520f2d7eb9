import { lintPolicy, type PolicyFinding, sha256Hex } from '@countersign/core';
import type { Handler } from '../invocation.ts';
import { answer, EXIT_CODES } from '../outcome.ts';
import { policyLines } from '../output/policy-lines.ts';
import { table } from '../output/table.ts';
import { readPolicyFile } from '../support/read-policy-file.ts';

/** `policy check`: offline. Form, what the chain can back, and what its author will hardly have meant. */
const policyCheck: Handler = async (invocation) => {
  const [file = ''] = invocation.args;
  const read = readPolicyFile(invocation.world.cwd, file);
  if (!read.ok) return read;
  const { text, policy, chainLimits } = read.value;
  const findings = lintPolicy(policy, invocation.world.nowMs());
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const sha256 = sha256Hex(text);
  const limits = chainLimits.map(({ asset, amount, periodSeconds }) => ({
    asset,
    amount: amount.toString(),
    periodSeconds,
    destinations: policy.recipients.map(({ address }) => address),
  }));
  return answer(
    { valid: true, policySha256: sha256, chainLimits: limits, findings },
    [
      ...policyLines(policy, [], chainLimits),
      '',
      ...findingLines(findings),
      `${errors === 0 ? '✓' : '!'} valid, and the chain can back it. SHA-256 ${sha256}`,
      ...(errors === 0 ? [] : [`✗ ${errors} of its parts can never have their effect`]),
    ],
    errors === 0 ? EXIT_CODES.ok : EXIT_CODES.usage,
  );
};
export default policyCheck;

function findingLines(findings: readonly PolicyFinding[]): readonly string[] {
  if (findings.length === 0) return [];
  return [
    ...table(
      ['finding', 'where', 'what is wrong', 'what to do'],
      findings.map(({ severity, path, problem, remedy }) => [severity, path, problem, remedy]),
    ),
    '',
  ];
}
