/**
 * What a call tells of itself to whoever follows traces. It knows nothing of OpenTelemetry: where no traces are wanted
 * there is no tracing, none of its packages is loaded, and a call asks for it once.
 */
import type { Call } from '../call.ts'
import type { Attempt } from '../call-target.ts'
import type { EndpointFacts } from '../endpoints.ts'
import type { CallRecord } from '../ledger/record.ts'

export interface Tracing {
  /** A call has arrived, in the trace that its headers name, or as the first of a new one. */
  begin(call: Call, operation: EndpointFacts['operation']): CallTrace
  /** Sends what is waiting. Resolves in a bounded time, whether it arrived or not. */
  close(): Promise<void>
}

export interface CallTrace {
  /** An attempt goes out: with these headers, in place of the caller's, the provider can join the trace. */
  attempt(attempt: Attempt): TraceHeaders
  /** The call is over, and with it whatever attempt still ran. */
  end(record: CallRecord, endedAtMs: number): void
}

/** `traceparent`, and `tracestate` where there is one. */
export type TraceHeaders = Readonly<Record<string, string>>
