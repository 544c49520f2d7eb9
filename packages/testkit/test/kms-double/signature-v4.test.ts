import { describe, expect, test } from 'vitest';
import { type SignedRequest, verifySignatureV4 } from '../../src/kms-double/signature-v4.ts';

/** `get-vanilla` of AWS's published test suite for Signature Version 4. */
const VANILLA: SignedRequest = {
  method: 'GET',
  url: '/',
  body: Buffer.alloc(0),
  headers: {
    host: 'example.amazonaws.com',
    'x-amz-date': '20150830T123600Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  },
};
const AT_MS = Date.parse('2015-08-30T12:36:00Z');
const verify = (request: SignedRequest = VANILLA, nowMs = AT_MS, secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY') =>
  verifySignatureV4(request, nowMs, () => secret);
const headers = (change: SignedRequest['headers']): SignedRequest => ({ ...VANILLA, headers: { ...VANILLA.headers, ...change } });

describe('AWS Signature Version 4 in the double', () => {
  test("accepts AWS's own example", () => {
    expect(verify()).toEqual({ accessKeyId: 'AKIDEXAMPLE', region: 'us-east-1', service: 'service', sessionToken: null });
  });
  test.each<[string, SignedRequest]>([
    ['another method', { ...VANILLA, method: 'POST' }],
    ['another path', { ...VANILLA, url: '/other' }],
    ['a query', { ...VANILLA, url: '/?a=b' }],
    ['a body', { ...VANILLA, body: Buffer.from('x') }],
    ['another host', headers({ host: 'elsewhere' })],
    ['a header of AWS that is not signed', headers({ 'x-amz-target': 'TrentService.Sign' })],
    ['a session token that is not signed', headers({ 'x-amz-security-token': 'x' })],
    ['no signature', headers({ authorization: '' })],
    ['another region', headers({ authorization: String(VANILLA.headers.authorization).replace('us-east-1', 'us-east-2') })],
  ])('refuses %s', (_, request) => {
    expect(() => verify(request)).toThrow();
  });
  test('refuses another secret, and what was signed more than five minutes ago or ahead', () => {
    expect(() => verify(VANILLA, AT_MS, 'another')).toThrow('does not match');
    for (const minutes of [-6, 6]) expect(() => verify(VANILLA, AT_MS + minutes * 60_000)).toThrow('expired or not yet');
  });
});
