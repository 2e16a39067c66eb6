/** Placeholder. */
export function PromptsPage() {
  return <div className="page" />
}
