/**
 * Wraps a part of the page that can fail to load or to render, so that the rest stays. Parts are loaded when they are
 * needed, and an app that is away, or was updated since this page was opened, cannot serve them.
 */
import type { ReactNode } from 'react'
import { ErrorBoundary, type FallbackProps } from 'react-error-boundary'

/** `what` begins a sentence: "The photo finish". When `place` changes, the part is tried again. */
export function Guard({ what, place, children }: { what: string; place?: string; children: ReactNode }) {
  return (
    <ErrorBoundary resetKeys={[place]} fallbackRender={({ error }) => <Failed what={what} error={error} />}>
      {children}
    </ErrorBoundary>
  )
}

function Failed({ what, error }: { what: string; error: FallbackProps['error'] }) {
  const reason = error instanceof Error ? error.message : String(error)
  return (
    <div className="page">
      <div className="note note-bad" role="alert">
        <p>
          {what} cannot be shown. Was the app stopped or updated since this page was opened? No race that it
          has kept is lost.{' '}
          {/* Not every browser loads a part again that failed once: only a reload of the page does. */}
          <button type="button" className="button-plain" onClick={() => location.reload()}>
            Reload the page
          </button>
        </p>
        <p className="dim">{reason}</p>
      </div>
    </div>
  )
}
