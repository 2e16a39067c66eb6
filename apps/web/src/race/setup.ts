/**
 * The setup of the next race: prompt, finish line and lanes as they are in the fields, including half-typed numbers.
 * Kept in localStorage; turned into a request at the start.
 */
import {
  type FinishLine,
  isRecord,
  type LaneParams,
  type LaneRequest,
  lanesMax,
  type ModelInfo,
  type Prompt,
  parseJsonOrNull,
  type RaceRequest,
  type RaceRequestInput,
  toPromptText,
} from '@drag-race/contracts'
import { parseMetadataField, toMetadataField } from './metadata-field.ts'
import { parseDecimal, parseWhole } from './number-field.ts'

export interface SetupLane {
  model: string
  stream: boolean
  temperature: string
  maxTokens: string
  /** One on each line, as `task=summary`. */
  metadata: string
  system: string
}

export interface Setup {
  prompt: string
  /** The id of the library's prompt, as long as its text is unchanged; else null. */
  promptId: string | null
  finish: 'done' | 'first-token' | 'tokens'
  finishTokens: string
  /** Connections are opened after the green light. */
  coldStart: boolean
  /** A simulated lane watches the clock. */
  sentinel: boolean
  lanes: SetupLane[]
  /** The fields hold something that somebody typed or chose, and that no race keeps yet. */
  isDraft: boolean
}

export const emptySetup: Setup = {
  prompt: '',
  promptId: null,
  finish: 'done',
  finishTokens: '200',
  coldStart: false,
  sentinel: false,
  lanes: [],
  isDraft: false,
}

export function emptyLane(model: string): SetupLane {
  return { model, stream: true, temperature: '', maxTokens: '', metadata: '', system: '' }
}

/**
 * Fills what is still empty: two lanes, and the library's first prompt. What the user chose stays, so a prompt that
 * was emptied stays empty.
 */
export function withDefaults(setup: Setup, models: readonly ModelInfo[], prompts: readonly Prompt[]): Setup {
  const lanes = setup.lanes.length > 0 ? setup.lanes : defaultModels(models).map(emptyLane)
  const first = prompts[0]
  if (setup.prompt !== '' || setup.isDraft || !first)
    return lanes === setup.lanes ? setup : { ...setup, lanes }
  return { ...setup, lanes, prompt: first.text, promptId: first.id }
}

/** The model of an added lane: that of the lane before it, else one that can race; '' when none can. */
export function nextModel(lanes: readonly SetupLane[], models: readonly ModelInfo[]): string {
  return lanes.at(-1)?.model ?? defaultModels(models)[0] ?? ''
}

/**
 * Two real models with keys, else a fast and a slow simulated one, else any that can race. Names for several models
 * come first in the gateway's list, but last here: whoever opens the page expects single models.
 */
function defaultModels(models: readonly ModelInfo[]): string[] {
  const available = models.filter((model) => model.available)
  const real = available.filter((model) => !model.simulated && !model.virtual)
  const shown = ['sim-sprint', 'sim-heavy'].filter((id) => available.some((model) => model.id === id))
  const rest = available.toSorted((a, b) => Number(a.virtual) - Number(b.virtual)).map(({ id }) => id)
  return [...new Set([...real.slice(0, 2).map(({ id }) => id), ...shown, ...rest])].slice(0, 2)
}

export function toRequest(setup: Setup): RaceRequestInput {
  return {
    prompt: setup.prompt,
    lanes: setup.lanes.map(toLaneRequest),
    finish: toFinishLine(setup),
    ...(setup.coldStart ? { coldStart: true } : {}),
    ...(setup.sentinel ? { sentinel: true } : {}),
    ...(setup.promptId === null ? {} : { promptId: setup.promptId }),
  }
}

function toLaneRequest(lane: SetupLane): RaceRequestInput['lanes'][number] {
  const params: LaneParams = {}
  if (lane.temperature.trim() !== '') params.temperature = parseDecimal(lane.temperature)
  if (lane.maxTokens.trim() !== '') params.maxTokens = parseWhole(lane.maxTokens)
  const metadata = parseMetadataField(lane.metadata)
  if (Object.keys(metadata).length > 0) params.metadata = metadata
  return {
    model: lane.model,
    stream: lane.stream,
    ...(Object.keys(params).length > 0 ? { params } : {}),
    ...(lane.system.trim() === '' ? {} : { system: lane.system }),
  }
}

function toFinishLine(setup: Setup): FinishLine {
  return setup.finish === 'tokens' ? { tokens: parseWhole(setup.finishTokens) } : setup.finish
}

/** The setup of the same race, as far as there are fields for it; `toLeftOut` names the rest. */
export function fromRequest(request: RaceRequest): Setup {
  const { finish } = request
  return {
    prompt: toPromptText(request),
    promptId: request.promptId ?? null,
    finish: typeof finish === 'string' ? finish : 'tokens',
    finishTokens: typeof finish === 'string' ? emptySetup.finishTokens : String(finish.tokens),
    coldStart: request.coldStart ?? false,
    sentinel: request.sentinel ?? false,
    lanes: request.lanes.map((lane) => fromLaneRequest(lane, request.system)),
    isDraft: false,
  }
}

/** `systemOfAll`: for lanes without a system prompt of their own. */
function fromLaneRequest(
  { model, stream, params, system }: LaneRequest,
  systemOfAll: string | undefined,
): SetupLane {
  return {
    model,
    stream,
    temperature: params?.temperature === undefined ? '' : String(params.temperature),
    maxTokens: params?.maxTokens === undefined ? '' : String(params.maxTokens),
    metadata: toMetadataField(params?.metadata) ?? '',
    system: system ?? systemOfAll ?? '',
  }
}

/** Reads the setup that localStorage holds; whatever is not part of one is ignored. */
export function parseSetup(stored: string | null): Setup {
  const raw = parseJsonOrNull(stored ?? 'null')
  if (!isRecord(raw)) return emptySetup
  const finish = (['done', 'first-token', 'tokens'] as const).find((word) => word === raw.finish)
  return {
    prompt: text(raw.prompt),
    promptId: text(raw.promptId) || null,
    finish: finish ?? emptySetup.finish,
    finishTokens: text(raw.finishTokens) || emptySetup.finishTokens,
    coldStart: raw.coldStart === true,
    sentinel: raw.sentinel === true,
    lanes: (Array.isArray(raw.lanes) ? raw.lanes : []).filter(isRecord).slice(0, lanesMax).map(parseLane),
    isDraft: raw.isDraft === true,
  }
}

function parseLane(raw: Record<string, unknown>): SetupLane {
  return {
    model: text(raw.model),
    stream: raw.stream !== false,
    temperature: text(raw.temperature),
    maxTokens: text(raw.maxTokens),
    metadata: text(raw.metadata),
    system: text(raw.system),
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
