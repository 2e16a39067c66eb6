/** Placeholder. */
export function Markdown({ text }: { text: string; isOpen: boolean }) {
  return <div>{text}</div>
}
