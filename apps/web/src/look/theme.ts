/**
 * Dark, light, or as the system says. The choice is kept in localStorage and set on the root by /theme.js before the
 * first paint; this file reads and changes it.
 */
import { useState } from 'react'
import { writeStorage } from './storage.ts'

export const themes = ['system', 'dark', 'light'] as const
export type Theme = (typeof themes)[number]

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(readTheme)
  return [
    theme,
    (next) => {
      setTheme(next)
      applyTheme(next)
    },
  ]
}

function readTheme(): Theme {
  const set = document.documentElement.dataset.theme
  return set === 'dark' || set === 'light' ? set : 'system'
}

function applyTheme(theme: Theme) {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  writeStorage('theme', theme)
}
