/**
 * How a lane starts: how much of its request is done before the green light.
 *
 * - `cold`: nothing; its connection is opened at the light.
 * - `corked`: the connection is open and the request written to its socket, which holds it back.
 * - `signal`: the gateway has the request except its last byte, and has done all its own work on it. Only our own
 *   gateway knows this (`x-gateway-start`).
 */
export type Start = 'cold' | 'corked' | 'signal'
