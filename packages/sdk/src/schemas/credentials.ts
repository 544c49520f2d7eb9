import { z } from 'zod';
import type { CreateCredential, CreatedCredential, CredentialView, Role } from '../http-contract.ts';
import { address, moment } from './common.ts';
import { idField, textField } from './fields.ts';

export const roleSchema: z.ZodType<Role> = z.enum(['agent', 'operator', 'owner']).meta({ id: 'Role' });

export const createCredentialSchema: z.ZodType<CreateCredential> = z
  .strictObject({ role: z.enum(['agent', 'operator']), wallet: idField('wal').nullable(), label: textField(64, 'plain') })
  .meta({ id: 'CreateCredential' });

export const credentialSchema: z.ZodType<CredentialView> = z
  .object({
    id: z.string(),
    role: roleSchema,
    wallet: z.string().nullable(),
    owner: address.nullable(),
    label: z.string(),
    createdAt: moment,
    revokedAt: moment.nullable(),
    expiresAt: moment.nullable(),
  })
  .meta({ id: 'Credential' });

export const createdCredentialSchema: z.ZodType<CreatedCredential> = z
  .object({ credential: credentialSchema, secret: z.string() })
  .meta({ id: 'CreatedCredential' });

export interface CredentialsQuery {
  readonly wallet?: string | undefined;
  readonly role?: Role | undefined;
}
export const credentialsQuerySchema: z.ZodType<CredentialsQuery> = z.strictObject({
  wallet: idField('wal').optional(),
  role: roleSchema.optional(),
});
