/**
 * The race's clock, which the header leaves out on a phone: its margin, where that comes from, and a button to measure
 * it anew.
 */
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
