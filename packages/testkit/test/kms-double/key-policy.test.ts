import { describe, expect, test } from 'vitest';
import { allows, type Principal, parseKeyPolicy } from '../../src/kms-double/index.ts';

const ALICE = 'arn:aws:iam::123456789012:role/alice';
const principal = (arn: string): Principal => ({ arn, account: '123456789012', iamActions: [], session: null });
const decide = (
  statements: readonly object[],
  given: { arn?: string; action?: string; context?: Record<string, string> } = {},
): boolean => {
  const filled = statements.map((statement) => ({
    Effect: 'Allow',
    Principal: { AWS: ALICE },
    Action: 'kms:Sign',
    Resource: '*',
    ...statement,
  }));
  const policy = parseKeyPolicy(JSON.stringify({ Version: '2012-10-17', Statement: filled }));
  return allows(policy, { principal: principal(given.arn ?? ALICE), action: given.action ?? 'kms:Sign', context: given.context ?? {} });
};
const when = (Condition: object, context: Record<string, string>): boolean => decide([{ Condition }], { context });

describe('key policies, as AWS evaluates them', () => {
  test('silence denies, an allowance allows, a denial wins in any order', () => {
    expect(decide([])).toBe(false);
    expect(decide([{}])).toBe(true);
    expect(decide([{}, { Effect: 'Deny' }])).toBe(false);
    expect(decide([{ Effect: 'Deny', Principal: '*' }, {}])).toBe(false);
    expect(decide([{}], { arn: ALICE.replace('alice', 'bob') })).toBe(false);
  });
  test('actions by name, by pattern and by exception', () => {
    expect(decide([{ Action: 'kms:*' }], { action: 'kms:Decrypt' })).toBe(true);
    expect(decide([{ Action: ['kms:Generate*'] }], { action: 'kms:GenerateDataKey' })).toBe(true);
    expect(decide([{ Action: 'kms:Sig?' }])).toBe(true);
    expect(decide([{ Action: 'kms:Sig' }])).toBe(false);
    expect(decide([{ Action: undefined, NotAction: ['kms:Sign'] }])).toBe(false);
    expect(decide([{ Action: undefined, NotAction: ['kms:Sign'] }], { action: 'kms:Verify' })).toBe(true);
  });
  test('a key that the request does not have: false, but true when negated or with IfExists', () => {
    const mfa = (value: string) => ({ 'aws:MultiFactorAuthPresent': value });
    expect(when({ Bool: mfa('true') }, {})).toBe(false);
    expect(when({ Bool: mfa('false') }, {})).toBe(false);
    expect(when({ BoolIfExists: mfa('false') }, {})).toBe(true);
    expect(when({ BoolIfExists: mfa('false') }, mfa('true'))).toBe(false);
    expect(when({ Bool: mfa('true') }, mfa('true'))).toBe(true);
    expect(when({ StringNotEquals: { 'kms:MessageType': 'RAW' } }, {})).toBe(true);
    expect(when({ StringNotEquals: { 'kms:MessageType': 'RAW' } }, { 'kms:MessageType': 'RAW' })).toBe(false);
    expect(when({ NumericGreaterThanIfExists: { 'aws:MultiFactorAuthAge': '900' } }, {})).toBe(true);
    expect(when({ NumericLessThanEquals: { 'aws:MultiFactorAuthAge': '900' } }, { 'aws:MultiFactorAuthAge': '900' })).toBe(true);
    expect(when({ NumericLessThanEquals: { 'aws:MultiFactorAuthAge': '900' } }, { 'aws:MultiFactorAuthAge': '901' })).toBe(false);
  });
  test('all keys and operators of a condition, any of its values; names of keys without regard to case', () => {
    const both = { StringEquals: { 'kms:A': ['x', 'y'] }, Bool: { 'kms:B': 'true' } };
    expect(when(both, { 'kms:A': 'y', 'kms:B': 'true' })).toBe(true);
    expect(when(both, { 'kms:A': 'z', 'kms:B': 'true' })).toBe(false);
    expect(when(both, { 'kms:A': 'y' })).toBe(false);
    expect(when({ StringEquals: { 'KMS:a': 'x' } }, { 'kms:A': 'x' })).toBe(true);
    expect(when({ StringNotEquals: { 'kms:A': ['x', 'y'] } }, { 'kms:A': 'y' })).toBe(false);
    expect(when({ ArnNotEquals: { 'aws:PrincipalArn': ALICE } }, { 'aws:PrincipalArn': ALICE })).toBe(false);
    expect(when({ StringEqualsIgnoreCase: { 'kms:A': 'ABC' } }, { 'kms:A': 'abc' })).toBe(true);
  });
  test('what it does not understand is malformed, not passed over', () => {
    for (const bad of [
      { Effect: 'allow' },
      { Resource: 'arn:x' },
      { Action: undefined },
      { NotAction: 'kms:Sign' },
      { Condition: { 'ForAnyValue:StringEquals': { a: 'b' } } },
      { Condition: { Dance: { a: 'b' } } },
      { Principal: {} },
      { NotPrincipal: '*' },
    ])
      expect(() => decide([bad]), JSON.stringify(bad)).toThrow();
    expect(() => parseKeyPolicy('{')).toThrow('Syntax');
  });
});
