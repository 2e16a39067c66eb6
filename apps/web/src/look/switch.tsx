/** An on-off switch. Its label stands before it and can be pressed too. */
import './switch.css'

export function Switch({
  label,
  isOn,
  onChange,
  hiddenLabel = '',
}: {
  label: string
  isOn: boolean
  onChange: (isOn: boolean) => void
  /** Read out after the label: what sighted readers see from the switch's place, such as "lane 2". */
  hiddenLabel?: string
}) {
  return (
    <button
      type="button"
      className="switch"
      role="switch"
      aria-checked={isOn}
      onClick={() => onChange(!isOn)}
    >
      <span className="switch-label">
        {label}
        {hiddenLabel && <span className="visually-hidden"> {hiddenLabel}</span>}
      </span>
      <span className="switch-track" />
    </button>
  )
}
