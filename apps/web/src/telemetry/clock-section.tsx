/** The clock with more room than the header has, which on a phone leaves it out: its margin, whence, and the way to measure it anew. */
import { CalibrateButton } from '../calibrate-button.tsx'
import { toClockSource } from '../clock-source.ts'
import { toMargin } from '../look/figures.ts'
import { useHealth } from '../use-health.ts'

export function ClockSection() {
  const { data: health } = useHealth()
  if (!health) return null
  return (
    <section aria-labelledby="gateway-clock">
      <h2 id="gateway-clock">The race’s clock</h2>
      <p>
        {toMargin(health.marginMs)} <CalibrateButton isCalibrating={health.isCalibrating} />
      </p>
      <p className="telemetry-source">{toClockSource(health)}.</p>
    </section>
  )
}
