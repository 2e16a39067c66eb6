/**
 * Around what may fail to be loaded or drawn: the rest of the page stays. Parts are loaded when they are needed, and an app that is
 * away, or was updated since this page was opened, does not have them.
 */
import type { ReactNode } from 'react'
import { ErrorBoundary, type FallbackProps } from 'react-error-boundary'

/** `what`: as the beginning of a sentence, "The photo finish". With another `place` it is tried again. */
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
          {what} cannot be shown. Was the app ended, or updated since? Nothing that it has kept is lost.{' '}
          {/* A part that failed once is not loaded a second time by every browser: only a new page asks again. */}
          <button type="button" className="button-plain" onClick={() => location.reload()}>
            Reload the page
          </button>
        </p>
        <p className="dim">{reason}</p>
      </div>
    </div>
  )
}
