/** Measures the clock anew, which takes about three seconds, in which no race runs. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { pressable } from './look/pressable.ts'
import { readJson } from './read-json.ts'

export function CalibrateButton({ isCalibrating }: { isCalibrating: boolean }) {
  const queries = useQueryClient()
  const calibrating = useMutation({
    mutationFn: () => readJson('/api/calibrate', { method: 'POST', body: '{}' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['health'] }),
  })
  const isBusy = calibrating.isPending || isCalibrating
  return (
    <>
      <button
        type="button"
        className="header-button"
        title="Race the simulator for three seconds and measure the clock’s error against its ledger"
        {...pressable(isBusy, () => calibrating.mutate())}
      >
        {isBusy ? 'calibrating …' : 'recalibrate'}
      </button>
      <span role="status" className="header-bad">
        {calibrating.error && ` ${calibrating.error.message}`}
      </span>
    </>
  )
}
