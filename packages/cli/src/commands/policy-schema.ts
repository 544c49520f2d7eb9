import { policyJsonSchema } from '@countersign/core';
import type { Handler } from '../invocation.ts';
import { answer } from '../outcome.ts';

/** `policy schema`: the JSON Schema of a policy document, for editors. */
const policySchema: Handler = async () => {
  const schema = policyJsonSchema();
  return answer(schema, JSON.stringify(schema, null, 2).split('\n'));
};
export default policySchema;
