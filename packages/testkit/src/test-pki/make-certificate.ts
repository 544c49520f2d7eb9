import { type KeyObject, randomBytes, sign } from 'node:crypto';
import { der, objectId, sequence } from '../der.ts';

export interface CertificateTerms {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly issuer: { readonly subject: string; readonly privateKey: KeyObject };
  /** May it issue others. */
  readonly authority: boolean;
  readonly fromMs: number;
  readonly toMs: number;
}

const ECDSA_SHA_384 = sequence(objectId('1.2.840.10045.4.3.3'));
const TRUE = der(0x01, Buffer.of(0xff));
const bits = (bytes: Uint8Array): Buffer => der(0x03, Buffer.of(0), bytes);
const critical = (id: string, value: Buffer): Buffer => sequence(objectId(id), TRUE, der(0x04, value));
const name = (common: string): Buffer => sequence(der(0x31, sequence(objectId('2.5.4.3'), der(0x0c, Buffer.from(common)))));
/** GeneralizedTime. */
const moment = (ms: number): Buffer => der(0x18, Buffer.from(`${new Date(ms).toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`));

/** An X.509 certificate of version 3 with ECDSA and SHA-384, in DER. For tests. */
export function makeCertificate({ subject, publicKey, issuer, authority, fromMs, toMs }: CertificateTerms): Buffer {
  const keyUsage = authority ? Buffer.of(0x03, 0x02, 0x01, 0x06) : Buffer.of(0x03, 0x02, 0x07, 0x80);
  const constraints = authority ? sequence(TRUE) : sequence();
  const terms = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(15)])),
    ECDSA_SHA_384,
    name(issuer.subject),
    sequence(moment(fromMs), moment(toMs)),
    name(subject),
    publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, sequence(critical('2.5.29.19', constraints), critical('2.5.29.15', keyUsage))),
  );
  return sequence(terms, ECDSA_SHA_384, bits(sign('sha384', terms, issuer.privateKey)));
}
