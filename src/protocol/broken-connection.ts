/**
 * What a stage or a body throws to break the connection in place of (the rest of) a reply: how networks and servers
 * fail. It is nobody's error: no reply tells of it, and the event has no `error`.
 */
export class BrokenConnection extends Error {
  /** With a reset (RST), as from a server that died, or by ending it in order (FIN) though more was announced. */
  readonly how: 'reset' | 'end'

  constructor(how: BrokenConnection['how']) {
    super(how === 'reset' ? 'the connection is reset' : 'the connection ends early')
    this.name = 'BrokenConnection'
    this.how = how
  }
}
