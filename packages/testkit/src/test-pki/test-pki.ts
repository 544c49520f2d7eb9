import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { encode } from 'cborg';
import { makeCertificate } from './make-certificate.ts';

/** What an enclave says of itself. */
export interface AttestationTerms {
  /** 48 bytes each, by index. */
  readonly pcrs: ReadonlyMap<number, Uint8Array>;
  /** SPKI; `null`: none. */
  readonly publicKey: Uint8Array | null;
  readonly nonce: Uint8Array | null;
  readonly userData: Uint8Array | null;
  readonly timestampMs: number;
}

/** Stands in for the certificates that AWS gives to enclaves, and signs attestation documents as the Nitro Security Module does. */
export interface TestPki {
  readonly rootPem: string;
  attest(terms: AttestationTerms): Buffer;
}

const DAY_MS = 86_400_000;

export function createTestPki(nowMs: number): TestPki {
  const [root, middle, leaf] = [1, 2, 3].map(() => generateKeyPairSync('ec', { namedCurve: 'P-384' }));
  if (!root || !middle || !leaf) throw new Error('no keys');
  const certify = (
    subject: string,
    publicKey: typeof root.publicKey,
    issuer: { subject: string; privateKey: typeof root.privateKey },
    days: number,
  ) => makeCertificate({ subject, publicKey, issuer, authority: subject !== 'leaf', fromMs: nowMs - DAY_MS, toMs: nowMs + days * DAY_MS });
  const rootDer = certify('root', root.publicKey, { subject: 'root', privateKey: root.privateKey }, 3_650);
  const middleDer = certify('middle', middle.publicKey, { subject: 'root', privateKey: root.privateKey }, 30);
  const leafDer = certify('leaf', leaf.publicKey, { subject: 'middle', privateKey: middle.privateKey }, 1);
  const protectedHead = encode(new Map([[1, -35]]));
  return {
    rootPem: new X509Certificate(rootDer).toString(),
    attest: ({ pcrs, publicKey, nonce, userData, timestampMs }) => {
      const payload = encode(
        new Map<string, unknown>([
          ['module_id', 'i-0123456789abcdef0-enc0123456789abcdef'],
          ['digest', 'SHA384'],
          ['timestamp', timestampMs],
          ['pcrs', new Map(pcrs)],
          ['certificate', Uint8Array.from(leafDer)],
          ['cabundle', [Uint8Array.from(rootDer), Uint8Array.from(middleDer)]],
          ['public_key', publicKey],
          ['user_data', userData],
          ['nonce', nonce],
        ]),
      );
      const signed = encode(['Signature1', protectedHead, new Uint8Array(0), payload]);
      const signature = sign('sha384', signed, { key: leaf.privateKey, dsaEncoding: 'ieee-p1363' });
      return Buffer.from(encode([protectedHead, new Map(), payload, Uint8Array.from(signature)]));
    },
  };
}
