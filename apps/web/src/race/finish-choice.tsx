/** The choice of the finish line. */
import '../look/choice.css'
import { useSetup } from './setup-store.ts'

const choices = [
  { finish: 'done', name: 'whole answer' },
  { finish: 'first-token', name: 'first token' },
  { finish: 'tokens', name: 'tokens' },
] as const

export function FinishChoice({ problems }: { problems: string[] }) {
  const { setup, change } = useSetup()
  return (
    <fieldset className="choice">
      <legend>Finish line</legend>
      {choices.map(({ finish, name }) => (
        <label key={finish} className="choice-option">
          <input
            type="radio"
            name="finish"
            checked={setup.finish === finish}
            onChange={() => change({ finish })}
          />
          <span className="choice-name">
            {finish === 'tokens' ? `≈ ${setup.finishTokens || 'N'} ${name}` : name}
          </span>
        </label>
      ))}
      {setup.finish === 'tokens' && (
        <label className="choice-count">
          <span className="visually-hidden">Tokens to the finish line</span>
          <input
            className="field"
            inputMode="numeric"
            value={setup.finishTokens}
            onChange={(event) => change({ finishTokens: event.currentTarget.value })}
          />
          <span className="dim"> counted by our tokenizer</span>
        </label>
      )}
      {problems.map((problem) => (
        <span key={problem} className="field-error">
          {problem}
        </span>
      ))}
    </fieldset>
  )
}
