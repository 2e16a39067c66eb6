/** How the next race is timed: connections opened before or after the green light, with or without a sentinel. */
import { Switch } from '../look/switch.tsx'
import { useSetup } from './setup-store.ts'

export function ClockChoice() {
  const { setup, change } = useSetup()
  return (
    <>
      <span title="Connections are opened after the green light: DNS, TCP and TLS count. Not on the leaderboard.">
        <Switch label="cold start" isOn={setup.coldStart} onChange={(coldStart) => change({ coldStart })} />
      </span>
      <span title="Adds a simulated lane that is not ranked and reports how late the clock was in this race.">
        <Switch label="sentinel" isOn={setup.sentinel} onChange={(sentinel) => change({ sentinel })} />
      </span>
    </>
  )
}
