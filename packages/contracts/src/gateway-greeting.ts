/** How the gateway of this house begins to speak at `GET /`: whoever has its address alone can tell that it is ours. */
export const gatewayGreeting = 'LLM Drag Race gateway'
