/** How a model is reached: address, key and the provider's name for it, variables filled in; or what is missing. */
import { type ProviderName, providers } from '../upstream/providers.ts'
import { type AwsAccess, type AwsRead, readAwsAccess } from './aws-access.ts'
import { type ProviderHeaders, readProviderHeaders } from './provider-headers.ts'
import { resolveReferences, type Variables } from './references.ts'
import type { ModelEntry } from './schema.ts'

export type Connection =
  | {
      state: 'known'
      baseUrl: string
      apiKey: string | null
      upstreamModel: string
      headers?: ProviderHeaders
      /** Only for Bedrock, where its requests are signed. */
      aws?: AwsAccess
      /** A proxy that is set but not used: where it is the only way out of the network, this tells why calls fail. */
      unusedProxy?: 'HTTPS_PROXY' | 'https_proxy'
    }
  | { state: 'unknown'; missing: string | null; reason: string }

export function toConnection({ name, provider, params }: ModelEntry, variables: Variables): Connection {
  const { keyVariable } = providers[provider]
  const apiKey = resolveReferences(params.apiKey ?? (keyVariable ? `$${keyVariable}` : ''), variables)
  const aws: AwsRead | null = provider === 'bedrock' ? readAwsAccess(params, variables) : null
  if (aws?.state === 'missing') return missing(aws.variable)
  const baseUrl = resolveReferences(
    params.baseUrl ?? aws?.baseUrl ?? baseUrlOf(provider, variables),
    variables,
  )
  const upstreamModel = resolveReferences(params.model ?? name, variables)
  const headers = params.headers && readProviderHeaders(params.headers, variables)
  if (apiKey.state === 'missing') return missing(apiKey.variable)
  if (baseUrl.state === 'missing') return missing(baseUrl.variable)
  if (upstreamModel.state === 'missing') return missing(upstreamModel.variable)
  if (headers?.state === 'missing') return missing(headers.variable)
  // Otherwise a line end or a typographic quote in a key would be noticed only by the provider's 401.
  const secrets = [apiKey.text, ...Object.values(aws?.access?.credentials ?? {})]
  if (!secrets.every((secret = '') => /^[\x21-\x7e]*$/.test(secret))) {
    const place = aws?.access ? 'the AWS keys' : '`params.apiKey`'
    return unfit(
      'Its key contains a space or another character that keys never contain.',
      `${place} of ${name}, or the variable that it names`,
    )
  }
  if (headers?.state === 'unfit') {
    return unfit(
      `Its header ${headers.name} contains a character that headers cannot contain.`,
      `\`params.headers\` of ${name}, or the variable that it names`,
    )
  }
  if (!URL.canParse(baseUrl.text)) {
    return unfit(`Its address is not valid: ${baseUrl.text}.`, `\`params.region\` of ${name}, or AWS_REGION`)
  }
  return {
    state: 'known',
    baseUrl: baseUrl.text,
    apiKey: apiKey.text || null,
    upstreamModel: upstreamModel.text,
    ...(headers && { headers: headers.headers }),
    ...(aws?.access && { aws: aws.access }),
    ...(baseUrl.text.startsWith('https:') && unusedProxy(variables)),
  }
}

export function baseUrlOf(provider: ProviderName, variables: Variables): string {
  if (provider === 'simulator') return `${(variables.SIMULATOR_URL ?? '').replace(/\/+$/, '')}/v1`
  return providers[provider].baseUrl ?? ''
}

function unusedProxy(variables: Variables) {
  const variable = (['HTTPS_PROXY', 'https_proxy'] as const).find((name) => variables[name])
  return variable && { unusedProxy: variable }
}

function missing(variable: string): Connection {
  const reason = `Set ${variable} in .env or the environment, and restart the gateway.`
  return { state: 'unknown', missing: variable, reason }
}

function unfit(what: string, where: string): Connection {
  const reason = `${what} Correct ${where}. After a change of a variable, restart the gateway.`
  return { state: 'unknown', missing: null, reason }
}
