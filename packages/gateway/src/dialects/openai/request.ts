/**
 * The caller's body → the body for the provider. Three things can change, in the text, and every other byte stays as it
 * came: `model`, where the name is an alias or the key stands there twice; `stream_options.include_usage`, which our
 * books need; and `reasoning_details` of our own dialects, which are removed from the messages.
 */
import type { ChatRequest } from '../../chat-request.ts'
import type { Target } from '../../upstream/target.ts'
import { type Edit, readMembers, splice } from './json-members.ts'
import { dropOwnDetails, mayHoldDetails } from './own-details.ts'

export function toUpstreamBody(
  {
    body,
    model,
    isStream,
    streamOptions,
  }: Pick<ChatRequest, 'body' | 'model' | 'isStream' | 'streamOptions'>,
  { upstreamModel, isUsageAskedFor }: Pick<Target, 'upstreamModel' | 'isUsageAskedFor'>,
): Uint8Array {
  const isAlias = model !== upstreamModel
  const asksForUsage = isStream && isUsageAskedFor && streamOptions?.include_usage !== true
  const isDoubtful = mayNameTwice(body)
  const hasDetails = mayHoldDetails(body)
  if (!isAlias && !asksForUsage && !isDoubtful && !hasDetails) return body

  const text = body.toString()
  const members = readMembers(text)
  const replace = (key: string, value: unknown): Edit[] =>
    members
      .filter((member) => member.key === key)
      .map(({ start, end }) => ({ start, end, text: JSON.stringify(value) }))

  const edits = isAlias || isDoubtful ? replace('model', upstreamModel) : []
  if (hasDetails) edits.push(...dropOwnDetails(text, members))
  if (asksForUsage) {
    const wanted = { ...streamOptions, include_usage: true }
    const replaced = replace('stream_options', wanted)
    // The object is never empty here: it has a model.
    const inserted = { start: text.indexOf('{') + 1, text: `"stream_options":${JSON.stringify(wanted)},` }
    edits.push(...(replaced.length > 0 ? replaced : [{ ...inserted, end: inserted.start }]))
  }
  return edits.length > 0 ? Buffer.from(splice(text, edits)) : body
}

/**
 * We read the last `model` of several; a provider that reads the first would serve a model that was not checked. The
 * key can be written with escapes: all its letters are `\u006…`.
 */
function mayNameTwice(body: Buffer): boolean {
  return body.indexOf('"model"') !== body.lastIndexOf('"model"') || body.includes('\\u006')
}
