/** The line on top: the brand, the pages, and the two facts that the next race rests on: margin and gateway. */
import './header.css'
import type { Health } from '@drag-race/contracts'
import { Link, useLocation } from 'wouter'
import { CalibrateButton } from './calibrate-button.tsx'
import { toClockSource } from './clock-source.ts'
import { toGatewayName } from './gateway-name.ts'
import { toMargin } from './look/figures.ts'
import { type Theme, themes, useTheme } from './look/theme.ts'
import { useRace } from './race/the-race.ts'
import { useHealth } from './use-health.ts'

export function Header() {
  const [address] = useLocation()
  // "Race" leads back to the race that is on the screen.
  const raceId = useRace((store) => store.following)
  const pages = [
    { href: raceId === null ? '/' : `/race/${raceId}`, name: 'Race' },
    { href: '/history', name: 'History' },
    { href: '/leaderboard', name: 'Leaderboard' },
    { href: '/gateway', name: 'Gateway' },
    { href: '/prompts', name: 'Prompts' },
  ]
  const isHere = (name: string, href: string) =>
    name === 'Race' ? address === '/' || address.startsWith('/race/') : address === href
  const health = useHealth()
  return (
    <>
      <header className="header">
        <Link className="brand" href="/">
          LLM Drag Race
        </Link>
        <nav className="nav" aria-label="Pages">
          {pages.map(({ href, name }) => (
            <Link key={name} href={href} aria-current={isHere(name, href) ? 'page' : undefined}>
              {name}
            </Link>
          ))}
        </nav>
        <div className="header-facts">
          <Facts health={health.data ?? null} />
          <ThemeChoice />
        </div>
      </header>
      {health.error && (
        <div className="app-down" role="alert">
          <span>{health.error.message}</span>
          <button type="button" className="button-plain" onClick={() => void health.refetch()}>
            Try again
          </button>
        </div>
      )}
      {health.data && health.data.races.unwrittenReason !== null && (
        <div className="app-down" role="alert">
          {toUnwritten(health.data.races.unwritten, health.data.races.unwrittenReason)}
        </div>
      )}
    </>
  )
}

function toUnwritten(races: number, reason: string): string {
  const what = races === 1 ? 'One race that has ended is' : `${races} races that have ended are`
  return `${what} not in the database yet; what is missing there is lost if the app stops now. ${reason}`
}

function Facts({ health }: { health: Health | null }) {
  if (!health) return null
  const { gateway, marginMs } = health
  return (
    <>
      <span className="header-fact" title={toClockSource(health)}>
        {marginMs === null ? 'clock not measured yet' : `clock ${toMargin(marginMs)}`}
      </span>
      <span className="header-fact">
        <CalibrateButton isCalibrating={health.isCalibrating} />
      </span>
      <span className={gateway.isReachable ? 'header-fact' : 'header-fact header-bad'} title={gateway.url}>
        {gateway.isReachable
          ? `through ${toGatewayName(gateway)}`
          : `${toGatewayName(gateway)} does not answer`}
      </span>
    </>
  )
}

const themeNames: Record<Theme, string> = { system: 'auto', dark: 'dark', light: 'light' }

function ThemeChoice() {
  const [theme, setTheme] = useTheme()
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
  return (
    <button
      type="button"
      className="theme-choice"
      title={`Theme: ${themeNames[theme]}. Press for ${themeNames[next]}.`}
      onClick={() => setTheme(next)}
    >
      <span className="theme-mark" data-theme-mark={theme} />
      <span className="visually-hidden">Theme: </span>
      {themeNames[theme]}
    </button>
  )
}
