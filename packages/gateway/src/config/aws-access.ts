/**
 * What Bedrock needs in place of one key: AWS credentials and a region, from `params` or AWS's own variables.
 *
 * A Bedrock API key (`params.apiKey`) replaces the credentials: it is sent as it is, and requests are not signed.
 */
import { type AwsCredentials, readRegion } from '../dialects/index.ts'
import { resolveReferences, type Variables } from './references.ts'
import type { ModelEntry } from './schema.ts'

export interface AwsAccess {
  credentials: AwsCredentials
  region: string
}

export type AwsRead =
  | { state: 'whole'; baseUrl: string; access: AwsAccess | null }
  | { state: 'missing'; variable: string }

export function readAwsAccess(params: ModelEntry['params'], variables: Variables): AwsRead {
  const missing: string[] = []
  const read = (text: string): string => {
    const resolved = resolveReferences(text, variables)
    if (resolved.state === 'whole') return resolved.text
    missing.push(resolved.variable)
    return ''
  }
  const isSigned = params.apiKey === undefined
  const accessKeyId = isSigned ? read(params.accessKeyId ?? '$AWS_ACCESS_KEY_ID') : ''
  const secretAccessKey = isSigned ? read(params.secretAccessKey ?? '$AWS_SECRET_ACCESS_KEY') : ''
  const sessionToken = isSigned ? read(params.sessionToken ?? toSessionToken(params, variables)) : ''
  const address = params.baseUrl === undefined ? null : read(params.baseUrl)
  // The region is for the signature and for AWS's own address: a key that is sent elsewhere needs none.
  const region = isSigned || address === null ? read(params.region ?? toRegion(address, variables)) : ''

  const [variable] = missing
  if (variable !== undefined) return { state: 'missing', variable }
  const credentials = { accessKeyId, secretAccessKey, sessionToken: sessionToken || undefined }
  return {
    state: 'whole',
    baseUrl: address ?? toBaseUrl(region),
    access: isSigned ? { credentials, region } : null,
  }
}

/** A session token is valid only with the keys it was issued with: keys of the config get none from the environment. */
function toSessionToken({ accessKeyId }: ModelEntry['params'], { AWS_SESSION_TOKEN }: Variables): string {
  return accessKeyId === undefined && AWS_SESSION_TOKEN?.trim() ? '$AWS_SESSION_TOKEN' : ''
}

function toRegion(address: string | null, { AWS_REGION, AWS_DEFAULT_REGION }: Variables): string {
  const named = address !== null && URL.canParse(address) ? readRegion(address) : null
  if (named !== null) return named
  return !AWS_REGION?.trim() && AWS_DEFAULT_REGION?.trim() ? '$AWS_DEFAULT_REGION' : '$AWS_REGION'
}

function toBaseUrl(region: string): string {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  return `https://bedrock-runtime.${region}.${domain}`
}
