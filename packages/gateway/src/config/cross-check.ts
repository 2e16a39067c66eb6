/**
 * The faults that need more than one value to find: a name given twice, an address that is needed and missing, or is
 * not valid once its variables are filled in.
 *
 * Works on the raw value: other parts of the file may not fit the schema, and all faults are to be listed at once.
 */
import { providers, toProviderName } from '../upstream/providers.ts'
import { admissionFaults } from './admission.ts'
import { checkVirtualModels, createUnknownModel } from './check-virtual-models.ts'
import type { Fault } from './faults.ts'
import { guardrailFaults } from './guardrails.ts'
import { policyVariableFaults } from './policy-variables.ts'
import { headerFaults } from './provider-headers.ts'
import { entries, type Raw, record } from './raw.ts'
import { resolveReferences, type Variables } from './references.ts'
import { takenNames } from './taken-names.ts'
import { addressFault } from './web-address.ts'

export function crossCheck(raw: unknown, variables: Variables): Fault[] {
  const llm = record(record(raw)?.llm)
  const models = entries(llm?.models)
  const unknownModel = createUnknownModel(llm)
  return [
    ...models.flatMap((model, index) => [
      ...address(record(model.params), model, ['llm', 'models', index, 'params', 'baseUrl'], variables),
      ...foreignParams(model, ['llm', 'models', index, 'params']),
      ...headerFaults(record(model.params)?.headers, ['llm', 'models', index, 'params', 'headers']),
    ]),
    ...entries(llm?.discovery).flatMap((server, index) =>
      address(server, server, ['llm', 'discovery', index, 'baseUrl'], variables),
    ),
    ...takenNames(llm),
    ...checkVirtualModels(llm),
    ...policyVariableFaults(record(llm?.policies), variables),
    ...admissionFaults(record(llm?.policies), variables, unknownModel),
    ...guardrailFaults(record(llm?.policies), unknownModel),
  ]
}

/** A key that would never be used is a fault: somebody relies on it. */
function foreignParams({ provider, params }: Raw, path: Fault['path']): Fault[] {
  if (typeof provider !== 'string' || toProviderName(provider) === 'bedrock') return []
  return ['accessKeyId', 'secretAccessKey', 'sessionToken', 'region']
    .filter((key) => record(params)?.[key] !== undefined)
    .map((key) => ({ path: [...path, key], sentence: 'is of use to provider bedrock only; leave it out' }))
}

function address(holder: Raw | null, entry: Raw, path: Fault['path'], variables: Variables): Fault[] {
  const provider = typeof entry.provider === 'string' ? toProviderName(entry.provider) : null
  const baseUrl = holder?.baseUrl
  if (baseUrl === undefined) {
    if (provider === null || hasOwnAddress(provider) || providers[provider].baseUrl !== null) return []
    return [
      {
        path,
        sentence: `is missing: provider ${provider} has no address of its own; set one, as ${example(provider)}`,
      },
    ]
  }
  if (typeof baseUrl !== 'string') return []
  const resolved = resolveReferences(baseUrl, variables)
  // A missing variable is no fault: it makes the model unavailable.
  const sentence = resolved.state === 'whole' ? wrongAddress(resolved.text) : null
  return sentence === null ? [] : [{ path, sentence }]
}

/** The address is then `SIMULATOR_URL`, or follows from the AWS region. */
function hasOwnAddress(provider: string): boolean {
  return provider === 'simulator' || provider === 'bedrock'
}

function wrongAddress(text: string): string | null {
  const fault = addressFault(
    text,
    'use `apiKey` or `headers` in the `params` of a model, as `headers: { Authorization: "Basic $LOGIN" }`',
  )
  if (fault !== null) return fault
  return /\/chat\/completions\/?$/.test(new URL(text).pathname) ? 'must end before /chat/completions' : null
}

function example(provider: string): string {
  return provider === 'azure' ? 'https://NAME.openai.azure.com/openai/v1' : 'http://127.0.0.1:8001/v1'
}
