import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from './aws-error.ts';

/** A request as it came in. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
/** Who says to have signed it. */
export interface Claim {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
  readonly sessionToken: string | null;
}

const MOST_SKEW_MS = 300_000;
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** AWS Signature Version 4. Reads the claim, lets `secretOf` give the secret of the access key, and checks the signature over the whole request. */
export function verifySignatureV4(request: SignedRequest, nowMs: number, secretOf: (claim: Claim) => string): Claim {
  const header = request.headers.authorization ?? '';
  const [, accessKeyId, day, region, service, signedNames, signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/([0-9]{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      header,
    ) ?? [];
  if (!accessKeyId || !day || !region || !service || !signedNames || !signature)
    throw new AwsError('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
  const one = (name: string): string => String(request.headers[name] ?? '');
  const moment = one('x-amz-date');
  assertFresh(moment, day, nowMs);
  const names = signedNames.split(';');
  for (const name of ['host', 'x-amz-date', ...Object.keys(request.headers).filter((each) => each.startsWith('x-amz-'))])
    if (!names.includes(name)) throw new AwsError('IncompleteSignatureException', `${name} is not signed`);
  const claim: Claim = {
    accessKeyId,
    region,
    service,
    sessionToken: request.headers['x-amz-security-token'] ? one('x-amz-security-token') : null,
  };
  const [path = '/', query = ''] = request.url.split('?');
  const headers = names.map((name) => `${name}:${one(name).trim().replace(/\s+/g, ' ')}\n`).join('');
  const canonical = [request.method, path, query, headers, signedNames, sha256(request.body)].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', moment, scope, sha256(canonical)].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${secretOf(claim)}`,
  );
  if (!timingSafeEqual(hmac(key, toSign), Buffer.from(signature, 'hex')))
    throw new AwsError('InvalidSignatureException', 'The request signature we calculated does not match the signature you provided.');
  return claim;
}

function assertFresh(moment: string, day: string, nowMs: number): void {
  const [, year, month, date, hour, minute, second] = /^([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z$/.exec(moment) ?? [];
  const atMs = Date.parse(`${year}-${month}-${date}T${hour}:${minute}:${second}Z`);
  if (!moment.startsWith(day) || !(Math.abs(atMs - nowMs) <= MOST_SKEW_MS))
    throw new AwsError('InvalidSignatureException', `Signature expired or not yet current: ${moment}`);
}
