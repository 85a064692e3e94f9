export async function binaries(rest: readonly string[]): Promise<number> {
  return rest.length
}
