/** The answer of our own gateway to `GET /` begins with this, so that it can be recognised by its address alone. */
export const gatewayGreeting = 'LLM Drag Race gateway'
