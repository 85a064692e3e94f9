import type { Wire } from './content.js'

/** The header of a name and a password. */
export const basic = (username: string, password: string): { Authorization: string } => ({
  Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
})

export const bearer = (token: string): { Authorization: string } => ({ Authorization: `Bearer ${token}` })

/** Gets a token, for nobody without a username. */
export async function tokenFor(
  wire: Wire,
  { username, password = '', ...asked }: { username?: string; password?: string; scope?: string; service?: string },
): Promise<string> {
  const query = `?${new URLSearchParams(asked).toString()}`
  const reply = await wire.get(`/v2/auth${query}`, username === undefined ? {} : basic(username, password))
  if (reply.status !== 200) throw new Error(`no token: ${reply.status} ${reply.text}`)
  return (JSON.parse(reply.text) as { token: string }).token
}
