export async function scenarios(rest: readonly string[]): Promise<number> {
  return rest.length
}
