/**
 * Walks JSON and edits every text in it: answers, reasoning, refusals, and members that are not known yet. Only members
 * that are known to hold no text are left alone. Where nothing was edited, the same value is returned.
 */
import { isRecord, record } from '../dialects/read-json.ts'

export interface Place {
  /** The same for all pieces of one text that streams. */
  path: string
  /** The arguments of a tool call: JSON inside a text, which must remain JSON. */
  isJson: boolean
  /** A stream too sends this text at once, and not in pieces. */
  isWhole: boolean
  /** A choice that holds nothing but this text, in the same place: for a piece that is sent later. */
  wrap(inner: unknown): unknown
}

export type EditText = (text: string, place: Place) => string

export function editTexts<Value>(value: Value, edit: EditText): Value {
  return editAt(value, root, edit) as Value
}

/** Edits the data of a tool call: also the names of its members, and numbers, which can be card numbers. */
export function editData(value: unknown, edit: (text: string) => string): unknown {
  if (typeof value === 'string') return edit(value)
  if (typeof value === 'number' || isRawNumber(value)) {
    const text = isRawNumber(value) ? value.rawJSON : String(value)
    const edited = edit(text)
    return edited === text ? value : edited
  }
  if (Array.isArray(value))
    return keepSame(
      value,
      value.map((each) => editData(each, edit)),
    )
  if (!isRecord(value)) return value
  const entries = Object.entries(value).map(([key, each]) => [edit(key), editData(each, edit)] as const)
  const isSame = entries.every(([key, each]) => Object.hasOwn(value, key) && value[key] === each)
  return isSame ? value : Object.fromEntries(entries)
}

/** Members that hold kinds, ids, signatures, URLs or encoded data, which the model does not read as text. */
const notText = new Set([
  'type',
  'role',
  'id',
  'call_id',
  'tool_call_id',
  'tool_use_id',
  'name',
  'index',
  'format',
  'media_type',
  'url',
  'image_url',
  'file_id',
  'file_data',
  'file_url',
  'data',
  'signature',
  'encrypted_content',
  'status',
  'finish_reason',
])

const root: Place = { path: '', isJson: false, isWhole: false, wrap: (inner) => inner }

function editAt(value: unknown, place: Place, edit: EditText): unknown {
  if (typeof value === 'string') return value === '' ? value : edit(value, place)
  if (Array.isArray(value)) {
    const types = new Set<unknown>()
    return keepSame(
      value,
      value.map((each, index) => {
        const { type } = record(each)
        const isFirst = !types.has(type)
        types.add(type)
        return editAt(each, inList(place, each, index, isFirst), edit)
      }),
    )
  }
  if (!isRecord(value) || isRawNumber(value)) return value
  let isSame = true
  const entries = Object.entries(value).map(([key, each]) => {
    const after = editMember(value, key, place, edit)
    isSame &&= after === each
    return [key, after]
  })
  return isSame ? value : Object.fromEntries(entries)
}

function editMember(holder: Record<string, unknown>, key: string, place: Place, edit: EditText): unknown {
  const value = holder[key]
  // `image_url` and the like can also be an object, whose members are then looked at.
  const isText = typeof value === 'object' || isDocument(holder, key) || place.path === promptVariables
  if (notText.has(key) && !isText) return value
  const own = inMap(place, key)
  // In Anthropic's messages the arguments are an object, not a text that holds JSON.
  const isData = key === 'input' && holder.type === 'tool_use'
  return isData ? editData(value, (text) => edit(text, own)) : editAt(value, own, edit)
}

/** `prompt` of /v1/responses: its variables have any names, so that these do not say what a value is. */
const promptVariables = '/variables'

/** A plain text document in Anthropic's messages: in all other sources `data` is base64. */
function isDocument(holder: Record<string, unknown>, key: string): boolean {
  return key === 'data' && holder.type === 'text'
}

function inMap({ path, isWhole, wrap }: Place, key: string): Place {
  return {
    path: `${path}/${key}`,
    isJson: isArguments.test(key),
    isWhole: isWhole || key === 'annotations',
    wrap: (inner) => wrap({ [key]: inner }),
  }
}

/** In any case, with Unicode's case folding: so Go reads members, in which Ollama is written. */
const isArguments = /^arguments$/iu

/**
 * Pieces of one text have the same `index`. Without one, texts are told apart by their id, their type, or their place.
 * Of several items with one type in one list, only the first can continue the text of an earlier chunk.
 */
function inList({ path, isWhole, wrap }: Place, item: unknown, place: number, isFirst: boolean): Place {
  const { index, id, type } = record(item)
  const identity = {
    ...(index !== undefined && { index }),
    ...(index === undefined && id !== undefined && { id }),
    ...(type !== undefined && { type }),
  }
  return {
    path: `${path}/${index ?? id ?? (isFirst ? type : null) ?? place}`,
    isJson: false,
    isWhole,
    wrap: (inner) => wrap([isRecord(inner) ? { ...identity, ...inner } : inner]),
  }
}

/** JSON numbers that a double cannot hold; see `read-json.ts`. */
function isRawNumber(value: unknown): value is { rawJSON: string } {
  return (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(value)
}

function keepSame(before: unknown[], after: unknown[]): unknown[] {
  return after.every((each, index) => each === before[index]) ? before : after
}
