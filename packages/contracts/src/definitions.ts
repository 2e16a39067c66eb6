/**
 * One lane's tape as other tools would report it. They use the same words for different spans, so another tool's figure
 * can be compared only with the column of that tool.
 *
 * Sources, as of 2026: vLLM `vllm bench serve` (benchmarks/lib/endpoint_request_func.py), NVIDIA AIPerf metrics
 * reference 0.13, GuideLLM `GenerativeRequestStats`, Artificial Analysis' methodology of performance benchmarking.
 */
import type { LaneState } from './race-state.ts'
import { roundMs } from './round-ms.ts'
import { type Speed, toDecode, toEndToEnd } from './speeds.ts'
import { hasUntimedToolCall, perSecond, toSentTokens, toTimeSlip } from './time-slip.ts'

export const tools = ['here', 'vLLM bench', 'AIPerf', 'GuideLLM', 'Artificial Analysis'] as const
export type Tool = (typeof tools)[number]

export interface Definition {
  tool: Tool
  /** The tool's own word. */
  name: string
  unit: 'ms' | 'tok/s'
  /** As people read it: spans begin at the lane's request, `n` is the number of output tokens. */
  formula: string
  /**
   * Set where n is in the formula. ≈ is shown where no usage came, so that our tokenizer counts n; with `sent`, which
   * is without hidden reasoning, also where a part of the reasoning was hidden.
   */
  hasTokens?: 'all' | 'sent'
  /**
   * null when the tape does not hold what it needs, and for a speed whose span is no longer than its error. `errorMs`
   * is how far a time of this race can be off (`errorBoundMs`); null when that is not known, and every span counts.
   */
  of(lane: LaneState, errorMs: number | null): number | null
}

export const definitions: readonly Definition[] = [
  {
    tool: 'here',
    name: 'TTFT',
    unit: 'ms',
    formula: 'first token of any kind: answer, reasoning, tool call',
    of: (lane) => lane.ttftMs,
  },
  {
    tool: 'here',
    name: 'TTFA',
    unit: 'ms',
    formula: 'first answer token',
    of: (lane) => (lane.stream ? toTimeSlip(lane).firstAnswerMs : null),
  },
  {
    tool: 'here',
    name: 'decode speed',
    unit: 'tok/s',
    formula: '(n − 1) / (last token − first token), hidden reasoning not in n',
    hasTokens: 'sent',
    of: (lane, errorMs) => (lane.stream ? perSecondOf(toDecode(lane, errorMs)) : null),
  },
  {
    tool: 'here',
    name: 'end to end',
    unit: 'tok/s',
    formula: 'n / end of the answer, or of a lane that broke off',
    hasTokens: 'all',
    of: (lane, errorMs) => perSecondOf(toEndToEnd(lane, errorMs)),
  },
  {
    tool: 'vLLM bench',
    name: 'TTFT',
    unit: 'ms',
    formula: 'first chunk that has choices, also an empty one with the role',
    of: (lane) => arrivalOf(lane)?.firstChoicesMs ?? null,
  },
  {
    tool: 'vLLM bench',
    name: 'E2EL',
    unit: 'ms',
    formula: 'last chunk, the one with the usage too',
    of: (lane) => arrivalOf(lane)?.lastChunkMs ?? null,
  },
  {
    tool: 'vLLM bench',
    name: 'TPOT',
    unit: 'ms',
    formula: '(E2EL − TTFT) / (n − 1), n by usage',
    hasTokens: 'all',
    of(lane) {
      const { firstChoicesMs, lastChunkMs } = arrivalOf(lane) ?? {}
      return perStep(between(firstChoicesMs, lastChunkMs), outputTokens(lane))
    },
  },
  {
    tool: 'AIPerf',
    name: 'TTFT',
    unit: 'ms',
    formula: 'first text, reasoning too',
    of: firstText,
  },
  {
    tool: 'AIPerf',
    name: 'TTFO',
    unit: 'ms',
    formula: 'first text that is not reasoning',
    of: firstAnswer,
  },
  {
    tool: 'AIPerf',
    name: 'request latency',
    unit: 'ms',
    formula: 'last text',
    of: lastText,
  },
  {
    tool: 'AIPerf',
    name: 'ITL',
    unit: 'ms',
    formula: '(request latency − TTFT) / (n − 1), n the tokens of the text that came',
    hasTokens: 'sent',
    of: interTokenLatency,
  },
  {
    tool: 'AIPerf',
    name: 'ICL, mean',
    unit: 'ms',
    formula: 'mean gap between chunks that hold text',
    of: (lane) => perStep(between(firstText(lane), lastText(lane)), lane.chunks),
  },
  {
    tool: 'AIPerf',
    name: 'throughput per user',
    unit: 'tok/s',
    formula: '1 / ITL',
    hasTokens: 'sent',
    of: (lane, errorMs) => (isTimed(lane, errorMs) ? inverse(interTokenLatency(lane)) : null),
  },
  {
    tool: 'GuideLLM',
    name: 'TTFT',
    unit: 'ms',
    formula: 'first text',
    of: firstText,
  },
  {
    tool: 'GuideLLM',
    name: 'ITL',
    unit: 'ms',
    formula: '(last text − first text) / (n − 1), n by usage',
    hasTokens: 'all',
    of: (lane) => perStep(between(firstText(lane), lastText(lane)), outputTokens(lane)),
  },
  {
    tool: 'GuideLLM',
    name: 'TPOT',
    unit: 'ms',
    formula: 'last text / n: the time to the first token is in it',
    hasTokens: 'all',
    of: (lane) => perStep(lastText(lane), outputTokens(lane) + 1),
  },
  {
    tool: 'Artificial Analysis',
    name: 'TTFT',
    unit: 'ms',
    formula: 'first text, reasoning too',
    of: firstText,
  },
  {
    tool: 'Artificial Analysis',
    name: 'output speed',
    unit: 'tok/s',
    formula: '(n − tokens of the first chunk) / (last text − first text), n the tokens of the text that came',
    hasTokens: 'sent',
    of: outputSpeed,
  },
  {
    tool: 'Artificial Analysis',
    name: 'end to end, 500 tokens',
    unit: 'ms',
    formula: 'first answer token + 500 / output speed',
    hasTokens: 'sent',
    of(lane, errorMs) {
      const answerMs = firstAnswer(lane)
      const perTokenMs = inverse(outputSpeed(lane, errorMs))
      return answerMs === null || perTokenMs === null ? null : answerMs + 500 * perTokenMs
    },
  },
]

/** Tools report these figures only for whole answers that streamed. */
function isReported(lane: LaneState): boolean {
  return lane.stream && lane.outcome?.kind === 'done'
}

function perSecondOf(speed: Speed | null): number | null {
  return speed?.kind === 'timed' ? speed.perSecond : null
}

function arrivalOf(lane: LaneState) {
  return lane.stream && lane.outcome?.kind === 'done' ? lane.outcome.event.arrival : undefined
}

function firstText(lane: LaneState): number | null {
  return isReported(lane) ? toTimeSlip(lane).firstTextMs : null
}

/**
 * null for an answer with a tool call: the tools count its tokens in different ways or not at all, so its last text
 * says nothing.
 */
function lastText(lane: LaneState): number | null {
  return isReported(lane) && !lane.hasToolCall && !hasUntimedToolCall(lane)
    ? toTimeSlip(lane).splits.lastTokenMs
    : null
}

function firstAnswer(lane: LaneState): number | null {
  return isReported(lane) ? toTimeSlip(lane).firstAnswerMs : null
}

function outputTokens(lane: LaneState): number {
  return toTimeSlip(lane).outputTokens
}

/** Without hidden reasoning, which tools that count the text themselves never see. */
function textTokens(lane: LaneState): number {
  return toSentTokens(toTimeSlip(lane))
}

function interTokenLatency(lane: LaneState): number | null {
  return perStep(between(firstText(lane), lastText(lane)), textTokens(lane))
}

function outputSpeed(lane: LaneState, errorMs: number | null): number | null {
  if (!isTimed(lane, errorMs)) return null
  return perSecond(textTokens(lane) - lane.firstMark!.tokens, between(firstText(lane), lastText(lane)))
}

/** Whether first and last text are further apart than the errors of both times together. */
function isTimed(lane: LaneState, errorMs: number | null): boolean {
  return roundMs(between(firstText(lane), lastText(lane)) ?? 0) > roundMs(2 * (errorMs ?? 0))
}

function between(fromMs: number | null | undefined, toMs: number | null | undefined): number | null {
  return fromMs == null || toMs == null ? null : toMs - fromMs
}

/** Of `count` tokens there are `count − 1` steps; null when there is none. */
function perStep(spanMs: number | null, count: number): number | null {
  return spanMs === null || count < 2 ? null : spanMs / (count - 1)
}

/** Tokens a second from milliseconds a token, and back. */
function inverse(value: number | null): number | null {
  return value === null ? null : 1000 / value
}
