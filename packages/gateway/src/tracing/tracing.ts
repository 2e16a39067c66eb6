/**
 * Tracing as a call sees it. It knows nothing of OpenTelemetry: where no traces are wanted there is no `Tracing`, none
 * of OpenTelemetry's packages is loaded, and a call only finds that there is none.
 */
import type { Call } from '../call.ts'
import type { Attempt } from '../call-target.ts'
import type { EndpointFacts } from '../endpoints.ts'
import type { CallRecord } from '../ledger/record.ts'

export interface Tracing {
  /** A call has arrived, in the trace that its headers name, or as the first of a new one. */
  begin(call: Call, operation: EndpointFacts['operation']): CallTrace
  /** Sends the spans that are waiting. Resolves in a bounded time, whether they arrived or not. */
  close(): Promise<void>
}

export interface CallTrace {
  /** An attempt begins. These headers replace the caller's, so that the provider can join the trace. */
  attempt(attempt: Attempt): TraceHeaders
  /** The call is over, and so is an attempt that still runs. */
  end(record: CallRecord, endedAtMs: number): void
}

/** `traceparent`, and `tracestate` where there is one. */
export type TraceHeaders = Readonly<Record<string, string>>
