/**
 * An exported race: one file, its tape inside it, played by the components that showed it live. It makes no requests,
 * which its Content-Security-Policy forbids.
 */
import './export-fonts.css'
import '../look/tokens.css'
import '../look/base.css'
import '../race/race-page.css'
import '../race/start-bar.css'
import './export.css'
import type { RaceEvent, TapeHeader } from '@drag-race/contracts'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { toDay } from '../look/when.ts'
import { parseTapeLines } from '../race/tape-lines.ts'
import { createPlayer } from './player.ts'
import { createReel } from './reel.ts'
import { ReplayScreen } from './replay-screen.tsx'

const text = document.getElementById('tape')?.textContent ?? ''
const [header, ...tape] = parseTapeLines(text) as [TapeHeader, ...RaceEvent[]]
const player = createPlayer(createReel(tape), {
  requestFrame: (callback) => void requestAnimationFrame(callback),
  // It shows the result first; the button plays the race.
  startAt: 'end',
})

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <header className="export-head">
      <span className="export-brand">LLM Drag Race</span>
      <span className="dim">
        exported {toDay(header.exportedAt)} by version {header.appVersion}
      </span>
    </header>
    <main className="race-main">
      <ReplayScreen player={player}>
        <span className="replay-mark">
          {header.origin === 'imported'
            ? 'Replay of an imported race, timed by another machine’s clock'
            : 'Replay'}
        </span>
      </ReplayScreen>
      <footer className="export-foot dim">
        {header.events} events, sha-256 <code>{header.sha256}</code>
      </footer>
    </main>
  </StrictMode>,
)
