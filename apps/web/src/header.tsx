/** The line on top: the brand, the pages, and the two facts every figure rests on: the clock's margin and the gateway. */
import './header.css'
import { Link } from 'wouter'
import { themes, useTheme } from './look/theme.ts'

const pages = [
  { href: '/', name: 'Race' },
  { href: '/history', name: 'History' },
  { href: '/leaderboard', name: 'Leaderboard' },
  { href: '/gateway', name: 'Gateway' },
  { href: '/prompts', name: 'Prompts' },
]

export function Header() {
  return (
    <header className="header">
      <Link className="brand" href="/">
        LLM Drag Race
      </Link>
      <nav className="nav" aria-label="Pages">
        {pages.map(({ href, name }) => (
          <Link key={href} href={href}>
            {name}
          </Link>
        ))}
      </nav>
      <ThemeChoice />
    </header>
  )
}

function ThemeChoice() {
  const [theme, setTheme] = useTheme()
  const next = themes[(themes.indexOf(theme) + 1) % themes.length]!
  return (
    <button type="button" className="button-plain" onClick={() => setTheme(next)}>
      {theme}
    </button>
  )
}
