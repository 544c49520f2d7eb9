import { z } from 'zod';
import type {
  AgentBackup,
  KeyView,
  ReplaceOwnerKey,
  RestoreAgentKey,
  RestoredAgentKey,
  RotateAgentKey,
  RotationReason,
} from '../http-contract.ts';
import { address, moment } from './common.ts';
import { addressField, backupField } from './fields.ts';

export const rotationReasonSchema: z.ZodType<RotationReason> = z
  .enum(['due', 'failures_in_a_row', 'anomaly', 'violation_attempts', 'manual', 'lost'])
  .meta({ id: 'RotationReason' });

export const keySchema: z.ZodType<KeyView> = z
  .object({
    id: z.string(),
    wallet: z.string(),
    role: z.enum(['agent', 'owner', 'recovery']),
    address,
    state: z.enum(['generating', 'active', 'rotation_pending', 'suspended', 'revoked', 'destroyed', 'failed']),
    notice: z.enum(['none', 'due_soon', 'overdue', 'called_for']),
    reason: rotationReasonSchema.nullable(),
    createdAt: moment,
    activatedAt: moment.nullable(),
    dueAt: moment.nullable(),
    endedAt: moment.nullable(),
  })
  .meta({ id: 'Key' });

export const rotateAgentKeySchema: z.ZodType<RotateAgentKey> = z
  .strictObject({ reason: z.enum(['manual', 'anomaly', 'lost']).optional() })
  .meta({ id: 'RotateAgentKey' });
export const replaceOwnerKeySchema: z.ZodType<ReplaceOwnerKey> = z
  .strictObject({ owner: addressField, consentOf: z.enum(['owner', 'recovery']).optional() })
  .meta({ id: 'ReplaceOwnerKey' });

const backup = z.string().describe('Base64');
export const agentBackupSchema: z.ZodType<AgentBackup> = z
  .object({ wallet: z.string(), agent: address, backup })
  .meta({ id: 'AgentBackup' });
export const restoreAgentKeySchema: z.ZodType<RestoreAgentKey> = z.strictObject({ backup: backupField }).meta({ id: 'RestoreAgentKey' });
export const restoredAgentKeySchema: z.ZodType<RestoredAgentKey> = z
  .object({ wallet: z.string(), agent: address })
  .meta({ id: 'RestoredAgentKey' });
