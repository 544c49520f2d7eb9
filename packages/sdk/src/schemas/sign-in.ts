import { z } from 'zod';
import type { AskSignIn, SignedIn, SignIn, SignInChallengeView } from '../http-contract.ts';
import { address, moment } from './common.ts';
import { credentialSchema } from './credentials.ts';
import { addressField, signatureField, signedTextField } from './fields.ts';

export const askSignInSchema: z.ZodType<AskSignIn> = z.strictObject({ owner: addressField }).meta({ id: 'AskSignIn' });
export const signInChallengeSchema: z.ZodType<SignInChallengeView> = z
  .object({ text: z.string(), expiresAt: moment })
  .meta({ id: 'SignInChallenge' });
export const signInSchema: z.ZodType<SignIn> = z.strictObject({ text: signedTextField, signature: signatureField }).meta({ id: 'SignIn' });
export const signedInSchema: z.ZodType<SignedIn> = z
  .object({ credential: credentialSchema, secret: z.string(), owner: address, expiresAt: moment })
  .meta({ id: 'SignedIn' });
