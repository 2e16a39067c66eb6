/** The tool calls that a model asked for. Nothing is executed here, and their text is shown as text only. */
import '../markdown/markdown.css'
import { CodeBlock } from '../markdown/code-block.tsx'
import { toToolCalls } from './tool-calls.ts'

export function ToolCallBlocks({ text, isOpen }: { text: string; isOpen: boolean }) {
  return toToolCalls(text).map(({ name, input }, index, { length }) => (
    <div key={index} className="tool-call">
      <p>
        <span className="dim">tool call</span> <code>{name}</code>
      </p>
      {input !== '' && (
        <CodeBlock language="json" sealed={[]} open={input} isSealed={!isOpen || index < length - 1} />
      )}
    </div>
  ))
}
