import { AwsError } from './aws-error.ts';

type Input = { readonly [name: string]: unknown };

export function textField(input: Input, name: string): string {
  const value = input[name];
  if (typeof value !== 'string') throw new AwsError('ValidationException', `${name} is missing or not a string`);
  return value;
}

/** Bytes come as base64. */
export function blobField(input: Input, name: string): Buffer {
  return Buffer.from(textField(input, name), 'base64');
}
