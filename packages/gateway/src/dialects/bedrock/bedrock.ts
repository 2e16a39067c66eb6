/**
 * Amazon Bedrock's Converse and ConverseStream spoken as OpenAI chat completions, for all model families at Bedrock.
 *
 * Source: docs.aws.amazon.com/bedrock (API reference of Converse, ConverseStream, OutputConfig; prompt caching) and the
 * types of @aws-sdk/client-bedrock-runtime 3.1162.
 */
import type { Dialect } from '../dialect.ts'
import { readError } from './read-error.ts'
import { createBedrockStreamMap } from './stream-map.ts'
import { toCompletion } from './to-completion.ts'
import { toRequest } from './to-request.ts'

export const bedrock: Dialect = {
  toRequest,
  toCompletion,
  createStreamMap: createBedrockStreamMap,
  readError,
}
