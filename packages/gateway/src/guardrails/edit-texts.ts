/**
 * Walks JSON and lets every text in it be edited: answers, reasoning, refusals, and members that nobody has heard of yet.
 * Left alone is only what is known to be no text. Where nothing was edited, the same value comes back.
 */
import { isRecord, record } from '../dialects/read-json.ts'

export interface Place {
  /** The same for all pieces of one text that streams. */
  path: string
  /** Arguments of a tool are JSON inside a text, and must remain JSON. */
  isJson: boolean
  /** In a stream too it comes at once, and not in pieces. */
  isWhole: boolean
  /** A text, or what holds it, alone where this one stood: for a piece that comes later. */
  wrap(inner: unknown): unknown
}

export type EditText = (text: string, place: Place) => string

export function editTexts<Value>(value: Value, edit: EditText): Value {
  return editAt(value, root, edit) as Value
}

/** The data of a call of a tool: names of members too, and numbers, which may be card numbers. */
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

/** Names of kinds, ids, signatures and addresses: a provider reads them, or nobody does. */
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
    return keepSame(
      value,
      value.map((each, index) => editAt(each, inList(place, value, index), edit)),
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
  // Addresses and data may also be maps that hold one.
  if (notText.has(key) && typeof value !== 'object' && !isDocument(holder, key)) return value
  const own = inMap(place, key)
  // Of Anthropic's messages: the arguments, and no text that holds them.
  const isData = key === 'input' && holder.type === 'tool_use'
  return isData ? editData(value, (text) => edit(text, own)) : editAt(value, own, edit)
}

/** Of Anthropic's messages, in plain text: in all other sources `data` is base64. */
function isDocument(holder: Record<string, unknown>, key: string): boolean {
  return key === 'data' && holder.type === 'text'
}

function inMap({ path, isWhole, wrap }: Place, key: string): Place {
  return {
    path: `${path}/${key}`,
    isJson: key === 'arguments',
    isWhole: isWhole || key === 'annotations',
    wrap: (inner) => wrap({ [key]: inner }),
  }
}

/** Pieces of one text come under one `index`; without one they are told apart by their id, their type, or their place. */
function inList({ path, isWhole, wrap }: Place, list: readonly unknown[], place: number): Place {
  const { index, id, type } = record(list[place])
  const identity = {
    ...(index !== undefined && { index }),
    ...(index === undefined && id !== undefined && { id }),
    ...(type !== undefined && { type }),
  }
  // Of one type in one list only the first can be another piece of what came before.
  const isFirst = list.findIndex((each) => record(each).type === type) === place
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
