/**
 * The rule book of a race. Server, screen and replay all run this one function over the same events, so they cannot
 * disagree about what happened.
 *
 * Pure and total: any prefix of a tape folds, and folding it in two halves is the same as in one. An event that does
 * not follow the one before (a repeat after a reconnect, a gap) leaves the state as it is; `isNext` says whether it
 * does.
 */
import type { ClockReport, EventOf, LaneEntry, RaceEvent } from './race-event.ts'
import type { RaceRequest } from './race-request.ts'
import { simulatorIdPrefix } from './simulator-ledger.ts'
import type { Standing } from './standings.ts'

/** One arrival of tokens. A linked list, newest first: appending is O(1), and states share their past. */
export interface Mark {
  at: number
  kind: EventOf<'token'>['kind']
  /** Estimated tokens that had arrived up to here, this arrival included. */
  tokens: number
  previous: Mark | null
}

export type LaneOutcome =
  | { kind: 'done'; event: EventOf<'done'> }
  | { kind: 'failed'; event: EventOf<'error'> }
  /** Somebody stopped the lane, which is no failure. */
  | { kind: 'stopped'; event: EventOf<'error'> }

/**
 * How a lane left. `cold`: its connection was opened after the green light. `warm`: it was open. `prepared`: in
 * addition the gateway had done its work on the request, so that this work is in none of the lane's times.
 */
export type LaneStartKind = 'cold' | 'warm' | 'prepared'

export interface LaneState extends LaneEntry {
  /** null while its request has not left. */
  startAt: number | null
  /** null while its request has not left. */
  start: LaneStartKind | null
  ttftMs: number | null
  answer: string
  reasoning: string
  /** Estimated from what arrived (≈); the provider's own count is in `outcome`. */
  tokens: number
  /** The part of `tokens` that was reasoning. */
  reasoningTokens: number
  chunks: number
  /** The times of its tool calls are on the tape. */
  hasToolCall: boolean
  /** Their names and arguments, one after the other as they came. */
  toolCall: string
  firstMark: Mark | null
  firstReasoningMark: Mark | null
  firstAnswerMark: Mark | null
  /** The arrival of token 50. */
  mark50: Mark | null
  lastMark: Mark | null
  /** The longest wait between two arrivals; null before the second. */
  longestGapMs: number | null
  /** null while the lane runs or has not started. */
  outcome: LaneOutcome | null
}

export interface RaceState {
  /** The last event that was folded; -1 before the first. */
  seq: number
  /** The newest time so far. Lanes are read one after the other, so the last event's own can be a little older. */
  at: number
  raceId: string | null
  startedAt: string | null
  request: RaceRequest | null
  lanes: readonly LaneState[]
  end: {
    standings: readonly Standing[]
    marginMs: number | null
    reason: EventOf<'race-end'>['reason']
    /** null on tapes older than this field. */
    clock: ClockReport | null
  } | null
}

export const emptyRace: RaceState = {
  seq: -1,
  at: 0,
  raceId: null,
  startedAt: null,
  request: null,
  lanes: [],
  end: null,
}

export function reduceRace(state: RaceState, event: RaceEvent): RaceState {
  if (!isNext(state, event)) return state
  const next = { ...state, seq: event.seq, at: Math.max(state.at, event.at) }
  switch (event.type) {
    case 'race-start':
      next.raceId = event.raceId
      next.startedAt = event.startedAt
      next.request = event.request
      next.lanes = event.lanes.map(emptyLane)
      return next
    case 'race-end':
      next.end = {
        standings: event.standings,
        marginMs: event.marginMs,
        reason: event.reason,
        clock: event.clock ?? null,
      }
      return next
    case 'lane-start':
    case 'ttft':
    case 'token':
    case 'done':
    case 'error':
      next.lanes = state.lanes.map((lane) => (lane.lane === event.lane ? reduceLane(lane, event) : lane))
      return next
  }
}

/**
 * The same state as folding the events one by one, for many at once: a lane is copied once, not once for each event. A
 * tape of 320,000 events folds in a tenth of a second. `from` is not changed.
 */
export function foldRace(events: readonly RaceEvent[], from: RaceState = emptyRace): RaceState {
  let state: RaceState = from
  let lanes: LaneState[] = []
  /** By index, the lanes that were copied here and so can be changed. */
  let own: boolean[] = []
  let isOwn = false
  for (const event of events) {
    if (!isNext(state, event)) continue
    if (event.type === 'race-start' || event.type === 'race-end') {
      state = reduceRace(state, event)
      isOwn = false
      continue
    }
    if (!isOwn) {
      lanes = [...state.lanes]
      own = []
      state = { ...state, lanes }
      isOwn = true
    }
    const draft = state as { seq: number; at: number }
    draft.seq = event.seq
    draft.at = Math.max(draft.at, event.at)
    const index = lanes[event.lane]?.lane === event.lane ? event.lane : lanes.findIndex(isLane(event.lane))
    const lane = lanes[index]
    if (!lane || lane.outcome) continue
    if (!own[index]) {
      lanes[index] = { ...lane }
      own[index] = true
    }
    addToLane(lanes[index]!, event)
  }
  return state
}

function isLane(number: number) {
  return ({ lane }: LaneState) => lane === number
}

/**
 * Whether the event follows directly on what was folded. A tape begins with `race-start`, and nothing follows
 * `race-end`.
 */
export function isNext(state: { seq: number; end: object | null }, event: RaceEvent): boolean {
  if (event.seq !== state.seq + 1 || state.end !== null) return false
  return (event.type === 'race-start') === (state.seq === -1)
}

export type LaneStatus = 'waiting' | 'running' | LaneOutcome['kind']

export function laneStatus(lane: LaneState): LaneStatus {
  if (lane.outcome) return lane.outcome.kind
  return lane.startAt === null ? 'waiting' : 'running'
}

type LaneEvent = EventOf<'lane-start' | 'ttft' | 'token' | 'done' | 'error'>

function reduceLane(lane: LaneState, event: LaneEvent): LaneState {
  if (lane.outcome) return lane
  const next = { ...lane }
  addToLane(next, event)
  return next
}

/** Changes `lane`, which has no outcome yet. */
function addToLane(lane: LaneState, event: LaneEvent): void {
  switch (event.type) {
    case 'lane-start':
      lane.startAt = event.at
      lane.start = toStartKind(event)
      return
    case 'ttft':
      lane.ttftMs = event.ms
      return
    case 'token':
      addToken(lane, event)
      return
    case 'done':
      nameServer(lane, event)
      lane.outcome = { kind: 'done', event }
      return
    case 'error':
      lane.outcome = { kind: event.code === 'stopped' ? 'stopped' : 'failed', event }
  }
}

/**
 * Where the list of models was missing at the start, the gateway's report still names the provider. Of the simulator
 * behind another gateway only the answer's id tells.
 */
function nameServer(lane: LaneState, { gateway, completionId }: EventOf<'done'>): void {
  lane.provider ??= gateway?.provider || null
  lane.simulated ||= gateway?.provider === 'simulator' || completionId?.startsWith(simulatorIdPrefix) === true
}

function toStartKind({ cold, prepared }: EventOf<'lane-start'>): LaneStartKind {
  if (cold) return 'cold'
  return prepared ? 'prepared' : 'warm'
}

function addToken(lane: LaneState, { at, kind, content, tokens: more = 1 }: EventOf<'token'>): void {
  lane.tokens += more
  lane.chunks += 1
  if (kind === 'answer') lane.answer += content
  if (kind === 'reasoning') {
    lane.reasoning += content
    lane.reasoningTokens += more
  }
  if (kind === 'tool-call') {
    lane.hasToolCall = true
    lane.toolCall += content
  }
  const mark: Mark = { at, kind, tokens: lane.tokens, previous: lane.lastMark }
  if (lane.lastMark) lane.longestGapMs = Math.max(lane.longestGapMs ?? 0, at - lane.lastMark.at)
  lane.firstMark ??= mark
  if (kind === 'reasoning') lane.firstReasoningMark ??= mark
  if (kind === 'answer') lane.firstAnswerMark ??= mark
  if (mark.tokens >= 50) lane.mark50 ??= mark
  lane.lastMark = mark
}

function emptyLane(entry: LaneEntry): LaneState {
  return {
    ...entry,
    startAt: null,
    start: null,
    ttftMs: null,
    answer: '',
    reasoning: '',
    tokens: 0,
    reasoningTokens: 0,
    chunks: 0,
    hasToolCall: false,
    toolCall: '',
    firstMark: null,
    firstReasoningMark: null,
    firstAnswerMark: null,
    mark50: null,
    lastMark: null,
    longestGapMs: null,
    outcome: null,
  }
}
