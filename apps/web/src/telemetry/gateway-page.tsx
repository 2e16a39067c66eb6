/** The gateway page. */
export function GatewayPage() {
  return <div className="page" />
}
