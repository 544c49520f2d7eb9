import { createSignerClient as create } from '@countersign/selfhost';
import { mortal } from './mortal.ts';

export const createSignerClient: typeof create = (options) => mortal('keys', create(options));
