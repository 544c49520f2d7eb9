import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Address, type AgentPolicy, type ChainLimit, deriveChainLimits, parsePolicy } from '@countersign/core';
import { EXIT_CODES, type Failure, failed, misuse } from '../outcome.ts';
import { good, type Result } from '../result.ts';

/** Stands for the owner, who is not known offline: it is only where the chain's limits may pay to, never how much. */
const ANY_OWNER = '11111111111111111111111111111111' as Address;

export interface PolicyFile {
  /** The exact text: what the owner signs the hash of. */
  readonly text: string;
  readonly policy: AgentPolicy;
  readonly chainLimits: readonly ChainLimit[];
}

/** Reads a policy document and checks it as the service will: its form, and that the chain can back it. */
export function readPolicyFile(cwd: string, file: string): Result<PolicyFile, Failure> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(resolve(cwd, file)));
  } catch (error) {
    return misuse(
      `the policy ${file} cannot be read (${error instanceof Error ? error.message : 'unreadable'})`,
      'check its path; it must be UTF-8',
    );
  }
  const policy = parsePolicy(text);
  if (!policy.ok) {
    const { error } = policy;
    const problems = error.code === 'policy_invalid' ? error.problems : [{ path: '', problem: error.code }];
    const lines = problems.map(({ path, problem }) => (path === '' ? problem : `${path}: ${problem}`));
    return invalid('policy_invalid', `the policy ${file} is invalid: ${lines.join('; ')}`, lines, { problems });
  }
  const limits = deriveChainLimits(policy.value, { owner: ANY_OWNER });
  if (limits.ok) return good({ text, policy: policy.value, chainLimits: limits.value });
  const { error } = limits;
  const words = error.code === 'policy_not_backed_by_chain' ? `${error.asset} ${error.problem}` : error.code;
  return invalid(error.code, `the chain cannot back the policy ${file}: ${words}`, [words], { ...error });
}

function invalid(
  code: string,
  message: string,
  lines: readonly string[],
  problem: { readonly [name: string]: unknown },
): { readonly ok: false; readonly error: Failure } {
  return failed({
    exitCode: EXIT_CODES.usage,
    code,
    message,
    remedy: 'docs/spec/policy.md describes every field',
    details: lines.map((line) => `✗ ${line}`),
    problem,
  });
}
